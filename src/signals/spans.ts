/**
 * Spans: one for each attempt, as a child of the SDK's call span, and what the call span lacks.
 *
 * Attempt spans follow the stable HTTP client conventions. The span of an HTTP instrumentation for the same request is
 * their child: to suppress it would suppress what the application's own `fetch` and middleware record too.
 */
import {
  type Attributes,
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

/** The most decisions that a call span states. */
const MAX_DECISIONS = 32;

/** Records spans. */
export class Spans {
  /** Whether attempts become spans. */
  enabled = true;
  readonly #decisions = new WeakMap<SpannedCall, readonly DecisionName[]>();
  readonly #tracers = new WeakMap<TracerProvider, Tracer>();

  /** Returns the span: a broken tracer may give a promise that rejects, which the guard sees to. */
  attemptStarted(call: SpannedCall, attempt: Attempt): unknown {
    const { span: parent, visible, tracerProvider } = call.handle;
    if (!this.enabled || !visible) return undefined;
    const { serverAddress, serverPort } = call.start;
    const span = this.#tracer(tracerProvider).startSpan(
      clean(attempt.httpMethod),
      {
        kind: SpanKind.CLIENT,
        ...(attempt.late && { startTime: Date.now() - (performance.now() - attempt.startedAt) }),
        attributes: compact({
          [ATTR.httpRequestMethod]: attempt.httpMethod,
          [ATTR.urlFull]: attempt.url,
          [ATTR.serverAddress]: serverAddress,
          [ATTR.serverPort]: serverPort,
          [ATTR.attemptNumber]: attempt.number,
          [ATTR.httpResendCount]: attempt.number > 1 ? attempt.number - 1 : undefined,
          [ATTR.retryDelay]: attempt.retryDelay,
          [ATTR.requestModel]: attempt.model,
          ...attributionAttributes(call),
        }),
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
        span.setAttributes(
          compact({
            [ATTR.httpStatus]: response.status,
            [ATTR.requestId]: response.requestId,
            [ATTR.retryAfter]: response.retryAfter,
          }),
        );
      }
      if (failure) {
        // The HTTP conventions want the status code here; the API's own word stands beside it.
        const status = response !== undefined && response.status >= 400 ? String(response.status) : undefined;
        span.setAttributes(
          compact({
            [ATTR.errorType]: status ?? failure.errorType,
            [ATTR.attemptErrorType]: failure.errorType,
            [ATTR.errorCode]: failure.errorCode,
          }),
        );
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
    } finally {
      span.end();
    }
  }

  /** States the decisions on the call span, as far as they are not too many. */
  decisionMade(call: SpannedCall, { name }: Decision): void {
    const { span, visible } = call.handle;
    const names = [...(this.#decisions.get(call) ?? []), name];
    if (!visible || names.length > MAX_DECISIONS) return;
    this.#decisions.set(call, names);
    span.setAttribute(ATTR.decisions, names);
  }

  callEnded(call: SpannedCall, end: CallEnd, costUsd: number | undefined): void {
    const { span, visible } = call.handle;
    if (!visible || !span.isRecording()) return;
    const { request } = call;
    span.setAttributes(
      compact({
        [ATTR.attemptCount]: call.attemptsUnseen ? undefined : call.attempts,
        [ATTR.retryDelayTotal]: call.retryDelayTotal > 0 ? call.retryDelayTotal : undefined,
        [ATTR.attemptTimeToFirstChunk]: call.timeToFirstChunk,
        [ATTR.finishReasons]: finishReasons(call, end),
        [ATTR.temperature]: request?.temperature,
        [ATTR.topP]: request?.topP,
        [ATTR.topK]: request?.topK,
        [ATTR.costUsd]: costUsd,
        [ATTR.errorType]: call.errorType,
        [ATTR.errorCode]: end.outcome === 'error' ? call.attempt?.failure?.errorCode : undefined,
        [ATTR.fault]: call.fault,
        [ATTR.servedBy]: call.serving?.servedBy,
        [ATTR.fallbackTo]: call.serving?.fallback?.to,
        [ATTR.fallbackCause]: call.serving?.fallback?.cause,
        [ATTR.canceledBy]: call.canceledBy,
        ...attributionAttributes(call),
      }),
    );
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

/** Who the call is made for. */
function attributionAttributes({ attribution }: SpannedCall): Attributes | undefined {
  if (!attribution) return undefined;
  return Object.fromEntries(
    Object.entries(attribution.all).map(([key, value]) => [attributionAttribute(key), value]),
  );
}

/** The stop reason; `error` for a response that was due and did not come whole. */
function finishReasons(call: SpannedCall, end: CallEnd): string[] | undefined {
  if (end.stopReason !== undefined) return [clean(end.stopReason)];
  return call.start.operation === 'chat' && end.outcome === 'error' ? ['error'] : undefined;
}

/** `attributes` without what is not known, and with clean text. A copy, because deleting from an object makes it slow. */
function compact(attributes: Attributes): Attributes {
  const known: Attributes = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string') known[key] = clean(value, key === ATTR.urlFull ? MAX_URL : MAX_TEXT);
    else if (value !== undefined) known[key] = value;
  }
  return known;
}
