/** What telemetry recorded of a session, by the model of each call. */
import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { createTracing, LogRecord, Point, Snapshot } from '../../dev/telemetry.ts';
import { METHODS, type MethodName } from './methods.ts';
import { FALLBACK } from './middleware.ts';

/** What telemetry recorded of one call. */
export interface RecordedCall {
  /** Ended calls, as `outcome`. */
  readonly outcomes: readonly string[];
  /** Attempts, as `status disposition`, with `fallback` for those of another model than the call's, sorted. */
  readonly attempts: readonly string[];
  /** Failed attempts, as `status disposition error.type`. */
  readonly errors: readonly string[];
  readonly exhausted: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly activeCalls: number;
  /** Log records of ended calls, as `outcome`. */
  readonly logged: readonly string[];
  /** Log records of attempts that were retried. */
  readonly retriesLogged: number;
  readonly callSpans: number;
  readonly attemptSpans: number;
}

/** What telemetry recorded of a session. */
export interface Recorded {
  readonly call: (method: MethodName, model: string) => RecordedCall;
  /** The stages of failures of telemetry, each as often as it failed. */
  readonly telemetryErrors: readonly string[];
  readonly openSpans: number;
}

const OWN_SCOPE = 'anthropic-otel';

/** Reads what was recorded. */
export function read(
  metrics: Snapshot,
  tracing: ReturnType<typeof createTracing>,
  logs: readonly LogRecord[],
): Recorded {
  const points = (name: string): readonly Point[] => metrics.get(name) ?? [];
  const spans = tracing.spans();
  return {
    call: (method, model) => {
      const { recordedAs } = METHODS[method];
      const isOwn = (named: unknown, recorded: unknown): boolean =>
        recordedAs === undefined ? isOf(model, named) : named === undefined && recorded === recordedAs;
      const own = (name: string): Point[] =>
        points(name).filter(({ attributes }) => isOwn(modelOf(attributes), attributes['anthropic.method']));
      const attempts = own('anthropic.client.attempts');
      const end = ({ attributes }: Point): string =>
        `${attributes['http.response.status_code'] ?? 'none'} ${attributes['anthropic.attempt.disposition']}`;
      const records = logs.filter(({ fields }) => isOwn(fields['model'], fields['method']));
      const callSpans = spans.filter(
        (span) =>
          span.kind === SpanKind.CLIENT &&
          !isAttempt(span) &&
          isOwn(modelOf(span.attributes), span.name.slice('anthropic.'.length)),
      );
      const ids = new Set(callSpans.map((span) => span.spanContext().spanId));
      return {
        outcomes: each(
          own('anthropic.client.calls'),
          ({ attributes }) => `${attributes['anthropic.outcome']}`,
        ),
        attempts: each(attempts, (point) => {
          const other = recordedAs === undefined && modelOf(point.attributes) !== model;
          return `${end(point)}${other ? ' fallback' : ''}`;
        }),
        errors: each(
          attempts.filter(({ attributes }) => attributes['error.type'] !== undefined),
          (point) => `${end(point)} ${point.attributes['error.type']}`,
        ),
        exhausted: total(own('anthropic.client.retries_exhausted')) ?? 0,
        inputTokens: total(own('gen_ai.client.inference.usage.input_tokens')),
        outputTokens: total(own('gen_ai.client.inference.usage.output_tokens')),
        activeCalls: total(own('anthropic.client.active_calls')) ?? 0,
        logged: records
          .filter(({ fields }) => fields['event'] === 'anthropic.call')
          .map(({ fields }) => String(fields['outcome']))
          .sort(),
        retriesLogged: records.filter(({ fields }) => fields['event'] === 'anthropic.attempt.retried').length,
        callSpans: callSpans.length,
        attemptSpans: spans.filter((span) => isAttempt(span) && ids.has(span.parentSpanContext?.spanId ?? ''))
          .length,
      };
    },
    telemetryErrors: each(
      points('anthropic.telemetry.errors'),
      ({ attributes }) => `${attributes['anthropic.telemetry.stage']}`,
    ),
    openSpans: tracing.started() - spans.length,
  };
}

/** Whether `name` is `model`, or what middleware falls back to from it. */
function isOf(model: string, name: unknown): boolean {
  return name === model || name === `${model}${FALLBACK}`;
}

function modelOf(attributes: ReadableSpan['attributes']): unknown {
  return attributes['gen_ai.request.model'];
}

function isAttempt(span: ReadableSpan): boolean {
  return span.instrumentationScope.name === OWN_SCOPE;
}

/** One word for each count of each point, sorted. */
function each(points: readonly Point[], word: (point: Point) => string): string[] {
  return points.flatMap((point) => Array<string>(Number(point.value)).fill(word(point))).sort();
}

function total(points: readonly Point[]): number | undefined {
  if (points.length === 0) return undefined;
  return points.reduce((sum, { value }) => sum + Number(value), 0);
}
