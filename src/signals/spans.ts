/**
 * Records a span for each attempt, as a child of the SDK's call span, and adds the facts that the call span lacks.
 *
 * Attempt spans follow the stable HTTP client conventions. The span of an HTTP instrumentation for the same request is their child.
 * It is not suppressed, because that would also suppress the spans of the application's own `fetch` and middleware.
 */
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { CallEnd } from '../model/call.ts';
import type { Decision, DecisionName } from '../model/decision.ts';
import { clean, MAX_TEXT, MAX_URL } from '../model/text.ts';
import { applicationContext, type SpannedCall } from '../ports/call-span.ts';
import { ATTR, attributionAttribute } from './names.ts';
import { SCOPE_NAME, VERSION } from './scope.ts';

/** The maximum number of decisions on a call span. */
const MAX_DECISIONS = 32;

/** Records spans. */
export class Spans {
  /** Whether attempts get spans. */
  enabled = true;
  readonly #decisions = new WeakMap<SpannedCall, readonly DecisionName[]>();
  readonly #tracers = new WeakMap<TracerProvider, Tracer>();

  /** Returns the span. A broken tracer may return a promise that rejects, which the guard handles. */
  attemptStarted(call: SpannedCall, attempt: Attempt): unknown {
    const { span: parent, visible, tracerProvider } = call.handle;
    if (!this.enabled || !visible) return undefined;
    const { serverAddress, serverPort } = call.start;
    const attributes: Attributes = {};
    add(attributes, ATTR.httpRequestMethod, attempt.httpMethod);
    add(attributes, ATTR.urlFull, attempt.url);
    add(attributes, ATTR.serverAddress, serverAddress);
    add(attributes, ATTR.serverPort, serverPort);
    add(attributes, ATTR.attemptNumber, attempt.number);
    add(attributes, ATTR.httpResendCount, attempt.number > 1 ? attempt.number - 1 : undefined);
    add(attributes, ATTR.retryDelay, attempt.retryDelay);
    add(attributes, ATTR.requestModel, attempt.model);
    addAttribution(attributes, call);
    const span = this.#tracer(tracerProvider).startSpan(
      clean(attempt.httpMethod),
      {
        kind: SpanKind.CLIENT,
        ...(attempt.late && { startTime: Date.now() - (performance.now() - attempt.startedAt) }),
        attributes,
      },
      trace.setSpan(context.active(), parent),
    );
    attempt.handle = span;
    return span;
  }

  attemptEnded(_call: SpannedCall, attempt: Attempt): void {
    const span = attempt.handle as Span | undefined;
    if (!span) return;
    attempt.handle = undefined;
    try {
      const { response, failure } = attempt;
      if (response) {
        const attributes: Attributes = {};
        add(attributes, ATTR.httpStatus, response.status);
        add(attributes, ATTR.requestId, response.requestId);
        add(attributes, ATTR.retryAfter, response.retryAfter);
        span.setAttributes(attributes);
      }
      if (failure) {
        // The HTTP conventions require the status code here. A separate attribute has the API's own error type.
        const status = response !== undefined && response.status >= 400 ? String(response.status) : undefined;
        const attributes: Attributes = {};
        add(attributes, ATTR.errorType, status ?? failure.errorType);
        add(attributes, ATTR.attemptErrorType, failure.errorType);
        add(attributes, ATTR.errorCode, failure.errorCode);
        span.setAttributes(attributes);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
    } finally {
      span.end();
    }
  }

  callRepeated({ handle: { span, visible } }: SpannedCall): void {
    if (visible) span.setAttribute(ATTR.repeated, true);
  }

  /** Sets the decisions on the call span, up to the maximum. */
  decisionMade(call: SpannedCall, { name }: Decision): void {
    const { span, visible } = call.handle;
    const names = [...(this.#decisions.get(call) ?? []), name];
    if (!visible || names.length > MAX_DECISIONS) return;
    this.#decisions.set(call, names);
    span.setAttribute(ATTR.decisions, names);
  }

  /** Records a decision of a queue, which belongs to no call, as its own span in the trace of the code that it was made for. */
  queueDecided(decision: Decision, tracerProvider: TracerProvider): unknown {
    if (!this.enabled) return undefined;
    const attributes: Attributes = {};
    add(attributes, ATTR.decision, decision.name);
    add(attributes, ATTR.queue, decision.queue);
    add(attributes, ATTR.requestModel, decision.model);
    add(attributes, ATTR.errorType, decision.errorType);
    add(attributes, ATTR.attemptNumber, decision.attempt);
    const span = this.#tracer(tracerProvider).startSpan('anthropic.resilience.decision', { attributes });
    if (decision.name === 'dead_lettered') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    return span;
  }

  callEnded(call: SpannedCall, end: CallEnd, costUsd: number | undefined): void {
    const { span, visible } = call.handle;
    if (!visible || !span.isRecording()) return;
    const { request, serving } = call;
    const attributes: Attributes = {};
    add(attributes, ATTR.attemptCount, call.attemptsUnseen ? undefined : call.attempts);
    add(attributes, ATTR.retryDelayTotal, call.retryDelayTotal > 0 ? call.retryDelayTotal : undefined);
    add(attributes, ATTR.attemptTimeToFirstChunk, call.timeToFirstChunk);
    add(attributes, ATTR.finishReasons, finishReasons(call, end));
    add(attributes, ATTR.temperature, request?.temperature);
    add(attributes, ATTR.topP, request?.topP);
    add(attributes, ATTR.topK, request?.topK);
    add(attributes, ATTR.costUsd, costUsd);
    add(attributes, ATTR.errorType, call.errorType);
    if (end.outcome === 'error') add(attributes, ATTR.errorCode, call.attempt?.failure?.errorCode);
    add(attributes, ATTR.fault, call.fault);
    add(attributes, ATTR.servedBy, serving?.servedBy);
    add(attributes, ATTR.fallbackTo, serving?.fallback?.to);
    add(attributes, ATTR.fallbackCause, serving?.fallback?.cause);
    add(attributes, ATTR.canceledBy, call.canceledBy);
    addAttribution(attributes, call);
    span.setAttributes(attributes);
  }

  #tracer(provider: TracerProvider): Tracer {
    let tracer = this.#tracers.get(provider);
    if (!tracer) {
      tracer = provider.getTracer(SCOPE_NAME, VERSION);
      this.#tracers.set(provider, tracer);
    }
    return tracer;
  }

  /** The context in which to send `attempt`. */
  attemptContext(call: SpannedCall, attempt: Attempt): Context {
    const span = attempt.handle as Span | undefined;
    return span ? trace.setSpan(context.active(), span) : applicationContext(call.handle);
  }
}

/** Adds the attribution of the call. */
function addAttribution(attributes: Attributes, { attribution }: SpannedCall): void {
  if (!attribution) return;
  for (const [key, value] of Object.entries(attribution.all))
    add(attributes, attributionAttribute(key), value);
}

/** The stop reason, or `error` for an expected response that did not arrive completely. */
function finishReasons(call: SpannedCall, end: CallEnd): string[] | undefined {
  if (end.stopReason !== undefined) return [clean(end.stopReason)];
  return call.start.operation === 'chat' && end.outcome === 'error' ? ['error'] : undefined;
}

/** Adds `value`, cleaned, if it is known. */
function add(attributes: Attributes, key: string, value: AttributeValue | undefined): void {
  if (typeof value === 'string') attributes[key] = clean(value, key === ATTR.urlFull ? MAX_URL : MAX_TEXT);
  else if (value !== undefined) attributes[key] = value;
}
