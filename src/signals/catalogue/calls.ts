/** Metrics of calls and their attempts: outcomes, retries, and consecutive failures. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';
import { DURATION_BUCKETS } from './durations.ts';

/** Waits between attempts: the SDK's own backoff is 0.5 to 8 s, `retry-after` can be minutes. */
const DELAY_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300] as const;

const CALL = [ATTR.method, ATTR.requestModel] as const;

/** Part of the catalogue. */
export const CALL_METRICS = {
  calls: {
    name: 'anthropic.client.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'SDK method calls that ended, after all retries.',
    attributes: [
      ...CALL,
      ATTR.provider,
      ATTR.outcome,
      ATTR.errorType,
      ATTR.fault,
      ATTR.stream,
      ATTR.stopReason,
      ATTR.servedBy,
      ATTR.canceledBy,
    ],
    integer: true,
    attribution: true,
  },
  attempts: {
    name: 'anthropic.client.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'HTTP attempts, by API response.',
    attributes: [...CALL, ATTR.provider, ATTR.httpStatus, ATTR.errorType, ATTR.fault, ATTR.disposition],
    integer: true,
    attribution: true,
  },
  attemptDuration: {
    name: 'anthropic.client.attempt.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of an attempt on the wire, without the waits between attempts.',
    attributes: [...CALL, ATTR.errorType],
    boundaries: DURATION_BUCKETS,
  },
  retryDelay: {
    name: 'anthropic.client.retry.delay',
    kind: 'histogram',
    unit: 's',
    description: 'Time waited before a retry, by the error that caused the retry.',
    attributes: [ATTR.requestModel, ATTR.errorType],
    boundaries: DELAY_BUCKETS,
  },
  retriesExhausted: {
    name: 'anthropic.client.retries_exhausted',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls whose last allowed attempt failed with a retryable error.',
    attributes: [...CALL, ATTR.errorType],
    integer: true,
  },
  repeatedCalls: {
    name: 'anthropic.client.repeated_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that repeat, within a minute, the request of a call that failed after its own retries. This is a retry loop around the SDK, which multiplies the load.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  authenticationFailures: {
    name: 'anthropic.client.authentication_failures',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts that the API rejected with 401.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  authenticationFailureTime: {
    name: 'anthropic.client.authentication_failure_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When the API last responded with 401, as a Unix time.',
    attributes: [ATTR.httpRoute],
  },
  serverErrorStreaks: {
    name: 'anthropic.client.server_error_streaks',
    kind: 'counter',
    unit: '{streak}',
    description:
      'Runs of consecutive 5xx responses (529 counted separately) on one path, counted when the second response arrives.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  serverErrorStreak: {
    name: 'anthropic.client.server_error_streak',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description: 'Consecutive 5xx responses (529 counted separately) on one path, as of the last response.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  activeCalls: {
    name: 'anthropic.client.active_calls',
    kind: 'up_down_counter',
    unit: '{call}',
    description: 'Calls in progress.',
    attributes: CALL,
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
