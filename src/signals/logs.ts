/** Writes JSON-ready log records: one per ended call, one per retried attempt, one per incident. */
import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { CallEnd } from '../model/call.ts';
import type { Decision, DecisionName } from '../model/decision.ts';
import { totalUsage } from '../model/message.ts';
import { clean, MAX_MESSAGE, MAX_TEXT } from '../model/text.ts';
import type { SpannedCall } from '../ports/call-span.ts';
import { type FieldsFirstLogger, wantsFieldsFirst } from './fields-first.ts';

/** Fields of a log record. Unknown fields are absent. */
export type LogFields = Record<string, unknown>;

/**
 * Where log records go: a logger of winston, pino or bunyan, `console`, or any object with these three methods.
 *
 * @example
 * // A logger that wants fields first and is neither pino's nor bunyan's:
 * const logger: Logger = {
 *   info: (message, fields) => mine.info(fields, message),
 *   warn: (message, fields) => mine.warn(fields, message),
 *   error: (message, fields) => mine.error(fields, message),
 * };
 */
export interface Logger {
  info(message: string, fields: LogFields): unknown;
  warn(message: string, fields: LogFields): unknown;
  error(message: string, fields: LogFields): unknown;
}

const DECISION = 'anthropic.resilience.decision';

/** Decisions that are expected, and so are no reason to warn. */
const EXPECTED: ReadonlySet<DecisionName> = new Set<DecisionName>([
  'throttled',
  'queued',
  'circuit_waited',
  'circuit_closed',
  'key_accepted',
  'deferred',
  'defer_sent',
]);

/** Writes log records to a `Logger`. Each method returns the logger's result, which may be a promise that rejects. */
export class Logs {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  attemptRetried(call: SpannedCall, attempt: Attempt): unknown {
    const { failure } = attempt;
    return this.#write(
      'warn',
      `Claude attempt ${attempt.number} failed (${failure?.errorType ?? 'unknown'}), retried`,
      fields('anthropic.attempt.retried', call, { ...attemptFields(attempt), ...trouble(attempt) }),
    );
  }

  authenticationFailed(call: SpannedCall, attempt: Attempt): unknown {
    return this.#write(
      'error',
      'Claude API key rejected (401)',
      fields('anthropic.authentication_failed', call, { ...attemptFields(attempt), ...trouble(attempt) }),
    );
  }

  streak(call: SpannedCall, attempt: Attempt, length: number): unknown {
    return this.#write(
      'error',
      `Claude API: ${length} consecutive server errors on ${clean(call.start.route ?? call.start.method)}`,
      fields('anthropic.server_error_streak', call, {
        streak: length,
        ...attemptFields(attempt),
        ...trouble(attempt),
      }),
    );
  }

  exhausted(call: SpannedCall): unknown {
    const { attempt } = call;
    return this.#write(
      'error',
      `Claude retries exhausted after ${call.attempts} attempts (${call.errorType})`,
      fields(
        'anthropic.retries_exhausted',
        call,
        attempt && { ...attemptFields(attempt), ...trouble(attempt) },
      ),
    );
  }

  decisionMade(call: SpannedCall, decision: Decision): unknown {
    const { name, message } = decision;
    // The record of the retried attempt already states it.
    if (name === 'retry') return undefined;
    const record = fields(DECISION, call, {
      ...decisionFields(decision),
      model: decision.model ?? call.start.model,
    });
    return this.#write(EXPECTED.has(name) ? 'info' : 'warn', `Claude call: ${name}. ${message}`, record);
  }

  queueDecided(decision: Decision): unknown {
    const { name, message, queue } = decision;
    const level = name === 'dead_lettered' ? 'error' : EXPECTED.has(name) ? 'info' : 'warn';
    const record = compact({
      event: DECISION,
      ...decisionFields(decision),
      queue,
      ...traceFields(trace.getActiveSpan()?.spanContext()),
    });
    return this.#write(level, `Claude queue: ${name}. ${message}`, record);
  }

  callEnded(call: SpannedCall, end: CallEnd, costUsd: number | undefined): unknown {
    const { attempt, start } = call;
    const usage = totalUsage(call.bills);
    const { fallback } = call.serving ?? {};
    const failure = end.outcome === 'error' ? attempt?.failure : undefined;
    const record = fields('anthropic.call', call, {
      max_tokens: start.maxTokens,
      outcome: end.outcome,
      canceled_by: call.canceledBy,
      served_by: call.serving?.servedBy,
      fallback_model: fallback?.to,
      fallback_cause: fallback?.cause,
      attempts: call.attemptsUnseen ? undefined : call.attempts,
      error_type: call.errorType,
      error_code: failure?.errorCode,
      fault: call.fault,
      status: end.status ?? attempt?.response?.status,
      request_id: end.requestId ?? attempt?.response?.requestId,
      request_ids: call.requestIds.length > 1 ? call.requestIds.map((id) => clean(id)) : undefined,
      duration_s: call.duration,
      time_to_first_chunk_s: call.timeToFirstChunk,
      retry_delay_s: call.retryDelayTotal > 0 ? call.retryDelayTotal : undefined,
      input_tokens: usage.input,
      output_tokens: usage.output,
      cache_read_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite,
      thinking_tokens: usage.reasoning,
      cost_usd: costUsd,
      stop_reason: end.stopReason,
      response_model: end.responseModel,
      response_id: end.responseId,
      conversation_id: start.conversationId,
      request_shape: failure?.shape,
      request_body: failure?.content?.request,
      error_message: failure?.content?.message,
    });
    return end.outcome === 'error'
      ? this.#write('error', `Claude call failed (${call.errorType})`, record)
      : this.#write('info', `Claude call ${end.outcome}`, record);
  }

  #write(level: keyof Logger, message: string, record: LogFields): unknown {
    const logger = this.#logger;
    return wantsFieldsFirst(logger)
      ? (logger as unknown as FieldsFirstLogger)[level](record, message)
      : logger[level](message, record);
  }
}

/** The fields that every record has about its call. */
function fields(event: string, call: SpannedCall, more: LogFields | undefined): LogFields {
  const { start } = call;
  return compact({
    event,
    method: start.method,
    model: start.model,
    provider: start.provider,
    stream: call.stream,
    attribution: call.attribution?.all,
    attributes: call.added,
    ...more,
    ...traceFields(call.handle.span.spanContext()),
  });
}

function traceFields(span: SpanContext | undefined): LogFields {
  if (!span || !isSpanContextValid(span)) return {};
  const { traceId, spanId, traceFlags } = span;
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') };
}

function decisionFields({ name, model, errorType, status, attempt, waitMs, to }: Decision): LogFields {
  return {
    decision: name,
    model,
    error_type: errorType,
    status,
    attempt,
    wait_s: waitMs === undefined ? undefined : waitMs / 1000,
    fallback_to: to,
  };
}

function attemptFields(attempt: Attempt): LogFields {
  return {
    model: attempt.model,
    attempt: attempt.number,
    status: attempt.response?.status,
    request_id: attempt.response?.requestId,
    duration_s: attempt.duration,
    retry_after_s: attempt.response?.retryAfter,
  };
}

function trouble({ failure }: Attempt): LogFields {
  return { error_type: failure?.errorType, error_code: failure?.errorCode, fault: failure?.fault };
}

/** Returns `record` without unknown fields, with rounded numbers, and with clean text. */
function compact(record: LogFields): LogFields {
  const known: LogFields = {};
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'string')
      known[key] = clean(value, key === 'error_message' ? MAX_MESSAGE : MAX_TEXT);
    else if (typeof value === 'number' && !Number.isInteger(value)) known[key] = Number(value.toFixed(9));
    else if (value !== undefined) known[key] = value;
  }
  return known;
}
