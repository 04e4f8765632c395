/** The log records that expected calls leave behind. */
import { expect } from 'vitest';
import type { LogRecord } from '../../dev/telemetry.ts';
import {
  type CompleteCall,
  completeCall,
  type ExpectedAttempt,
  type ExpectedCall,
  usdOf,
} from './expected-call.ts';
import { streaksOf } from './streaks.ts';

type Fields = Record<string, unknown>;
type Ids = readonly (string | undefined)[];

const SECONDS = expect.any(Number);

/** The log records of `calls` in their order. `ids` has the request ids of each call's attempts. */
export function expectedLogs(calls: readonly ExpectedCall[], ids: readonly Ids[]): LogRecord[] {
  const streaks = streaksOf(calls);
  return calls.map(completeCall).flatMap((call, index) => {
    const own = ids[index] ?? [];
    const begun = streaks.filter((streak) => streak.call === index);
    return [
      ...call.attempts.flatMap((attempt, position) => {
        const streak = begun.find((each) => each.attempt === position);
        return attemptLogs(call, attempt, position + 1, own[position], streak);
      }),
      ...(call.exhausted ? [exhausted(call, own)] : []),
      ended(call, own),
    ];
  });
}

function attemptLogs(
  call: CompleteCall,
  attempt: ExpectedAttempt,
  number: number,
  id: string | undefined,
  streak: { readonly event: boolean } | undefined,
): LogRecord[] {
  const common = attemptFields(attempt, number, id);
  // A response is reported at once, when the attempt has no duration yet.
  const responded = { ...common, duration_s: streak?.event ? SECONDS : undefined };
  const logs: LogRecord[] = [];
  if (attempt.status === 401) {
    logs.push(
      record('error', 'Claude API key rejected (401)', call, 'anthropic.authentication_failed', responded),
    );
  }
  if (streak) {
    logs.push(
      record(
        'error',
        `Claude API: 2 consecutive server errors on ${call.route}`,
        call,
        'anthropic.server_error_streak',
        { ...responded, streak: 2 },
      ),
    );
  }
  if (attempt.disposition === 'retried') {
    const message = `Claude attempt ${number} failed (${attempt.errorType ?? 'unknown'}), retried`;
    logs.push(record('warn', message, call, 'anthropic.attempt.retried', { ...common, duration_s: SECONDS }));
  }
  return logs;
}

function attemptFields(attempt: ExpectedAttempt, number: number, id: string | undefined): Fields {
  return {
    ...(attempt.model !== undefined && { model: attempt.model }),
    attempt: number,
    status: attempt.status,
    request_id: id,
    retry_after_s: attempt.retryAfter,
    error_type: attempt.errorType,
    error_code: attempt.errorCode,
    fault: attempt.fault,
  };
}

function exhausted(call: CompleteCall, ids: Ids): LogRecord {
  const count = call.attempts.length;
  const last = call.attempts.at(-1) as ExpectedAttempt;
  const message = `Claude retries exhausted after ${count} attempts (${call.errorType})`;
  const fields = { ...attemptFields(last, count, ids.at(-1)), duration_s: SECONDS };
  return record('error', message, call, 'anthropic.retries_exhausted', fields);
}

function ended(call: CompleteCall, ids: Ids): LogRecord {
  const { outcome, errorType, tokens, attempts } = call;
  const known = ids.filter((id) => id !== undefined);
  const cost = usdOf(call);
  const message = outcome === 'error' ? `Claude call failed (${errorType})` : `Claude call ${outcome}`;
  return record(outcome === 'error' ? 'error' : 'info', message, call, 'anthropic.call', {
    max_tokens: call.maxTokens,
    outcome,
    canceled_by: call.canceledBy ?? undefined,
    served_by: call.servedBy ?? undefined,
    fallback_model: call.fallback?.to,
    fallback_cause: call.fallback?.cause,
    attempts: attempts.length,
    error_type: errorType,
    error_code: attempts.at(-1)?.errorCode,
    fault: call.fault,
    status: attempts.at(-1)?.status,
    request_id: ids.at(-1),
    request_ids: known.length > 1 ? known : undefined,
    duration_s: SECONDS,
    time_to_first_chunk_s: call.firstChunk ? SECONDS : undefined,
    retry_delay_s: attempts.length > 1 ? SECONDS : undefined,
    input_tokens: tokens?.input,
    output_tokens: tokens?.output,
    cache_read_tokens: tokens?.cacheRead,
    cache_write_tokens: tokens?.cacheWrite,
    thinking_tokens: tokens?.reasoning,
    cost_usd: cost === undefined ? undefined : expect.closeTo(cost, 9),
    stop_reason: call.stopReason,
    response_model: call.responseModel,
    response_id: call.responded ? expect.stringMatching(/^msg_/) : undefined,
    ...call.logged,
  });
}

function record(
  level: LogRecord['level'],
  message: string,
  { method, model, stream }: CompleteCall,
  event: string,
  more: Fields,
): LogRecord {
  const fields: Fields = {
    event,
    method,
    model: model ?? undefined,
    provider: 'anthropic',
    stream,
    ...more,
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    trace_flags: '01',
  };
  // Unknown is absent.
  for (const key of Object.keys(fields)) if (fields[key] === undefined) delete fields[key];
  return { level, message, fields };
}
