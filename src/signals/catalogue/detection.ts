/** Gauges for rules: the last five minutes, ages, and how long open calls wait. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const DETECTION_METRICS = {
  recentCalls: {
    name: 'anthropic.client.recent_calls',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls that ended in the last 5 minutes. For detection: rules read it, dashboards read the counters.',
    attributes: [ATTR.requestModel, ATTR.outcome, ATTR.canceledBy, ATTR.stream],
    integer: true,
  },
  recentAttempts: {
    name: 'anthropic.client.recent_attempts',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description:
      'Attempts of the last 5 minutes, by kind: accepted ones from their end on, failed ones from their response on, also while their retry waits. Canceled ones count nowhere. For detection.',
    attributes: [ATTR.requestModel, ATTR.attemptKind],
    integer: true,
  },
  recentRetriesExhausted: {
    name: 'anthropic.client.recent_retries_exhausted',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls of the last 5 minutes whose last allowed attempt failed with a retryable error. For detection.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  recentCost: {
    name: 'anthropic.client.recent_cost',
    kind: 'observable_gauge',
    unit: '{USD}',
    description: 'Estimated cost of the last 5 minutes. For detection.',
    attributes: [],
    attribution: true,
  },
  authenticationFailureAge: {
    name: 'anthropic.client.authentication_failure_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description: 'Time since the last response with 401; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  authenticationFailing: {
    name: 'anthropic.client.authentication_failing',
    kind: 'observable_gauge',
    unit: '{state}',
    description:
      '1 from a response with 401 until an attempt on the same path is accepted, then 0. For detection.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  serverErrorRunAge: {
    name: 'anthropic.client.server_error_run_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'Time since a run of two or more consecutive 5xx responses (529 apart) on one path, whatever the models, last grew; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  rateLimitHeadroom: {
    name: 'anthropic.client.rate_limit.headroom',
    kind: 'observable_gauge',
    unit: '{share}',
    description:
      'What is left of a rate limit as a share of it, 1 once its reset time has passed. For detection.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
  },
  oldestCallAge: {
    name: 'anthropic.client.oldest_call_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'How long the oldest open call has been in its phase: first_byte (no response yet; of a streamed message, no content), streaming (reading the response) or retry_wait. 0 where a model had such a call and has none now. For detection.',
    attributes: [ATTR.requestModel, ATTR.callPhase],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
