/**
 * The tap: a tracer provider that wraps the application's own. The SDK gets it through its public `openTelemetry.tracerProvider`
 * option. The tap's spans pass everything on to the real span, always report that they record, and keep the attributes that the model
 * needs. So the facts of each call are known even if tracing is off or the trace is not sampled.
 */
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { Call, type Outcome } from '../../model/call.ts';
import type { AdapterPort } from '../../ports/adapter-port.ts';
import type { CallSpan, SpannedCall } from '../../ports/call-span.ts';
import type { Guard } from '../../ports/guard.ts';
import { ATTR } from '../../signals/names.ts';
import { attemptInFlight } from './attempt-in-flight.ts';
import { callEnd, callStart, fact, KEPT } from './call-facts.ts';
import { enclosingCall } from './enclosing-call.ts';

/** The call of a tap's span, across copies of this package. */
const CALL = Symbol.for('anthropic-otel.call');

/** The settings of a tap. */
export interface TapSettings {
  readonly port: AdapterPort;
  /** The application's own tracer provider for this client, if set. */
  readonly tracerProvider: TracerProvider | undefined;
  /** Whether the application wants to see the SDK's spans. */
  readonly visible: boolean;
  /** Whether the client has no middleware of this package, so that its attempts cannot be seen. */
  readonly attemptsUnseen?: boolean | undefined;
  /** Called when the SDK gets a tracer. */
  readonly onTracer?: (() => void) | undefined;
}

/** Creates a tap. */
export function createTap(settings: TapSettings): TracerProvider {
  return {
    getTracer(name: string, version?: string, options?: { schemaUrl?: string }): Tracer {
      settings.onTracer?.();
      return new TapTracer(settings, [name, version, options]);
    },
  };
}

class TapTracer implements Tracer {
  readonly #port: AdapterPort;
  readonly #visible: boolean;
  readonly #settings: TapSettings;
  readonly #scope: Parameters<TracerProvider['getTracer']>;
  #realProvider: TracerProvider | undefined;
  #realTracer: Tracer | undefined;

  constructor(settings: TapSettings, scope: Parameters<TracerProvider['getTracer']>) {
    this.#settings = settings;
    this.#port = settings.port;
    this.#visible = settings.visible;
    this.#scope = scope;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
    // Spans of the tool runner and of tools are INTERNAL: they are not calls.
    if (!this.#port.enabled || options.kind !== SpanKind.CLIENT) {
      return this.#visible ? this.#tracer().startSpan(name, options, parent) : invisible(parent);
    }
    const { guard } = this.#port;
    const span = this.#visible ? this.#startReal(name, options, parent) : invisible(parent);
    const handle: CallSpan = {
      span,
      visible: this.#visible,
      parent,
      tracerProvider: guard.run('spans', () => this.#provider()) ?? trace.getTracerProvider(),
    };
    const { attemptsUnseen } = this.#settings;
    return guard.run('call', () => openCall(this.#port, handle, name, options, attemptsUnseen)) ?? span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    const run = rest.at(-1) as F;
    const [options, parent = context.active()] = rest.slice(0, -1) as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), () => run(span)) as ReturnType<F>;
  }

  /** The real span, or a no-op span if the tracer throws or returns something else. Metrics and log records continue to work. */
  #startReal(name: string, options: SpanOptions, parent: Context): Span {
    const { guard } = this.#port;
    const span = guard.run('spans', () => this.#tracer().startSpan(name, options, parent));
    if (typeof span?.spanContext === 'function') return span;
    if (span !== undefined) guard.report('spans', new TypeError('the tracer returned no span'));
    return invisible(parent);
  }

  #provider(): TracerProvider {
    return this.#settings.tracerProvider ?? this.#port.tracerProvider();
  }

  #tracer(): Tracer {
    const provider = this.#provider();
    if (!this.#realTracer || provider !== this.#realProvider) {
      this.#realProvider = provider;
      this.#realTracer = provider.getTracer(...this.#scope);
    }
    return this.#realTracer;
  }
}

/** A no-op span that leaves the current trace unchanged. */
function invisible(parent: Context): Span {
  const spanContext = trace.getSpanContext(parent);
  return spanContext ? trace.wrapSpanContext(spanContext) : trace.wrapSpanContext(INVALID);
}

const INVALID: SpanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

/** Ends calls whose span was garbage-collected before it ended, because their stream is never read. */
const dropped = new FinalizationRegistry<() => void>((end) => end());

function openCall(
  port: AdapterPort,
  handle: CallSpan,
  name: string,
  { attributes = {}, startTime }: SpanOptions,
  attemptsUnseen: boolean | undefined,
): Span {
  const now = (): number => performance.now();
  // Set for a call that this package records only after its first attempt is over.
  const startedAt = typeof startTime === 'number' ? now() - Math.max(0, Date.now() - startTime) : now();
  const call = new Call(
    { ...callStart(name, attributes), attemptsUnseen },
    port.listener,
    handle,
    now,
    startedAt,
  );
  const outer = enclosingCall.getStore();
  const facts: Attributes = {};
  // Neither the call nor this function refers to the tap's span, so that it can be collected.
  const finish: Finish = (outcome, endTime) => {
    port.guard.run('call', () => {
      port.closed(call);
      const endedAt = typeof endTime === 'number' ? now() - Math.max(0, Date.now() - endTime) : undefined;
      call.end(callEnd(outcome, facts), endedAt);
      outer?.deref()?.otherEnded(call);
    });
  };
  const abandon = (): void => {
    handle.resolve?.();
    if (call.ended) return;
    finish('canceled');
    port.guard.run('spans', () => handle.span.end());
  };
  const span = new TapSpan(port.guard, handle.span, call, facts, finish);
  port.opened(call, abandon);
  dropped.register(span, abandon, span);
  return span;
}

/** Ends the call of a span. `endTime` is in Unix milliseconds if it is a number. */
type Finish = (outcome: Outcome, endTime?: TimeInput) => void;

/** The call of `span`, if it is a tap's span. */
export function callOf(span: Span | undefined): SpannedCall | undefined {
  return (span as { [CALL]?: SpannedCall } | undefined)?.[CALL];
}

class TapSpan implements Span {
  readonly [CALL]: SpannedCall;
  readonly #guard: Guard;
  readonly #span: Span;
  readonly #facts: Attributes;
  readonly #finish: Finish;
  #status: SpanStatusCode = SpanStatusCode.UNSET;

  constructor(guard: Guard, span: Span, call: SpannedCall, facts: Attributes, finish: Finish) {
    this.#guard = guard;
    this.#span = span;
    this[CALL] = call;
    this.#facts = facts;
    this.#finish = finish;
  }

  isRecording(): boolean {
    return !this[CALL].ended;
  }

  spanContext(): SpanContext {
    return this.#span.spanContext();
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.#keep(key, value);
    return this.#pass((span) => span.setAttribute(key, value));
  }

  setAttributes(attributes: Attributes): this {
    for (const key of Object.keys(attributes)) this.#keep(key, attributes[key]);
    return this.#pass((span) => span.setAttributes(attributes));
  }

  setStatus(status: SpanStatus): this {
    this.#status = status.code;
    return this.#pass((span) => span.setStatus(status));
  }

  end(endTime?: TimeInput): void {
    if (!this[CALL].ended) {
      dropped.unregister(this);
      this.#finish(this.#outcome(), endTime);
    }
    this.#pass((span) => span.end(endTime));
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    return this.#pass((span) => span.addEvent(name, attributesOrTime, time));
  }

  addLink(link: Link): this {
    return this.#pass((span) => span.addLink(link));
  }

  addLinks(links: Link[]): this {
    return this.#pass((span) => span.addLinks(links));
  }

  updateName(name: string): this {
    return this.#pass((span) => span.updateName(name));
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#pass((span) => span.recordException(exception, time));
  }

  /** A span that throws must not keep the SDK from recording the remaining facts, from which the metrics are made. */
  #pass(step: (span: Span) => unknown): this {
    this.#guard.run('spans', () => step(this.#span));
    return this;
  }

  #keep(key: string, value: AttributeValue | undefined): void {
    if (KEPT.has(key)) this.#facts[key] = fact(value);
    if (key === ATTR.timeToFirstChunk) this[CALL].firstChunk();
    else if (key === ATTR.httpRequestMethod || key === ATTR.httpResendCount)
      attemptInFlight.getStore()?.onCall?.(this[CALL]);
  }

  /** The SDK does not set the status of a canceled call, nor that of an event stream other than a Message's. */
  #outcome(): Outcome {
    if (this.#status === SpanStatusCode.ERROR) return 'error';
    if (this.#status === SpanStatusCode.OK) return 'ok';
    const call = this[CALL];
    return call.stream && call.start.operation === undefined && call.attempt?.response ? 'ok' : 'canceled';
  }
}
