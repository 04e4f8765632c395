/** Compares the spans with expected calls: one call span each, and one child for each attempt. */
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect } from 'vitest';
import {
  type CompleteCall,
  completeCall,
  type ExpectedAttempt,
  type ExpectedCall,
  usdOf,
} from './expected-call.ts';
import type { Harness } from './harness.ts';

type Ids = readonly (string | undefined)[];

const STATUS = {
  ok: SpanStatusCode.OK,
  error: SpanStatusCode.ERROR,
  canceled: SpanStatusCode.UNSET,
} as const;

/** Expects the spans of exactly these calls. */
export function expectSpans(harness: Harness, calls: readonly ExpectedCall[], ids: readonly Ids[]): void {
  const callSpans = harness.callSpans();
  const attemptSpans = harness.attemptSpans();
  expect(
    callSpans.map(({ name }) => name),
    'call spans',
  ).toEqual(calls.map((call) => `anthropic.${completeCall(call).method}`));
  for (const [index, call] of calls.map(completeCall).entries()) {
    const span = callSpans[index] as ReadableSpan;
    const children = attemptSpans.filter(
      (each) => each.parentSpanContext?.spanId === span.spanContext().spanId,
    );
    expectCallSpan(span, call);
    expect(children, 'attempt spans').toHaveLength(call.attempts.length);
    for (const [position, attempt] of call.attempts.entries()) {
      const child = children[position] as ReadableSpan;
      expect(child.spanContext().traceId).toBe(span.spanContext().traceId);
      const url = new URL(call.path ?? call.route, harness.server.url);
      expectAttemptSpan(child, attempt, { call, number: position + 1, url, id: ids[index]?.[position] });
    }
  }
  const expected = calls.reduce((sum, { attempts }) => sum + attempts.length, 0);
  expect(attemptSpans, 'all attempt spans').toHaveLength(expected);
}

function expectCallSpan(span: ReadableSpan, call: CompleteCall): void {
  const { outcome, attempts, stopReason, errorType, fault, inference } = call;
  expect(span.kind).toBe(SpanKind.CLIENT);
  expect(span.ended).toBe(true);
  expect(span.status.code, 'status of the call span').toBe(STATUS[outcome]);
  const reasons = stopReason ?? (inference && outcome === 'error' ? 'error' : undefined);
  const cost = usdOf(call);
  expect(own(span.attributes)).toEqual(
    compact({
      'anthropic.attempt.count': attempts.length,
      'anthropic.retry.delay_total': attempts.length > 1 ? expect.any(Number) : undefined,
      'anthropic.attempt.time_to_first_chunk': call.firstChunk ? expect.any(Number) : undefined,
      'gen_ai.response.finish_reasons': reasons === undefined ? undefined : [reasons],
      'anthropic.cost.usd': cost === undefined ? undefined : expect.closeTo(cost, 9),
      'error.type': errorType,
      'anthropic.error.code': attempts.at(-1)?.errorCode,
      'anthropic.error.fault': fault,
      'anthropic.served_by': call.servedBy ?? undefined,
      'anthropic.canceled_by': call.canceledBy ?? undefined,
      'anthropic.fallback.to_model': call.fallback?.to,
      'anthropic.fallback.cause': call.fallback?.cause,
      ...call.spanned,
    }),
  );
}

const ADDED = new Set([
  'anthropic.attempt.count',
  'anthropic.retry.delay_total',
  'anthropic.attempt.time_to_first_chunk',
  'gen_ai.response.finish_reasons',
  'gen_ai.request.temperature',
  'gen_ai.request.top_p',
  'gen_ai.request.top_k',
  'anthropic.cost.usd',
  'anthropic.error.code',
  'anthropic.error.fault',
  'anthropic.served_by',
  'anthropic.canceled_by',
  'anthropic.fallback.to_model',
  'anthropic.fallback.cause',
  'error.type',
]);

/** The attributes that this package adds to the SDK's span. */
function own(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => ADDED.has(key)));
}

interface AttemptPlace {
  readonly call: CompleteCall;
  readonly number: number;
  readonly url: URL;
  readonly id: string | undefined;
}

function expectAttemptSpan(span: ReadableSpan, attempt: ExpectedAttempt, place: AttemptPlace): void {
  const { call, number, url, id } = place;
  const { status, errorType } = attempt;
  expect(span.name).toBe(call.httpMethod);
  expect(span.kind).toBe(SpanKind.CLIENT);
  expect(span.status.code, 'status of the attempt span').toBe(
    errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR,
  );
  const rejected = status !== undefined && status >= 400;
  expect(span.attributes).toEqual(
    compact({
      'http.request.method': call.httpMethod,
      'url.full': url.href,
      'server.address': url.hostname,
      'server.port': Number(url.port),
      'anthropic.attempt.number': number,
      'gen_ai.request.model': attempt.model ?? call.model ?? undefined,
      'http.request.resend_count': number > 1 ? number - 1 : undefined,
      'anthropic.retry.delay': number > 1 ? expect.any(Number) : undefined,
      'http.response.status_code': status,
      'anthropic.request.id': id,
      'anthropic.retry_after': attempt.retryAfter,
      'error.type': rejected ? String(status) : errorType,
      'anthropic.error.type': errorType,
      'anthropic.error.code': attempt.errorCode,
    }),
  );
}

function compact<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
