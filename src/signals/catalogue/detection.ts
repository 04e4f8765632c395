/** Gauges for rules: sums over the last five minutes, ages, and how long open calls have waited. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const DETECTION_METRICS = {
  recentCalls: {
    name: 'anthropic.client.recent_calls',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls that ended in the last 5 minutes. For detection: rules read this gauge, dashboards read the counters.',
    attributes: [ATTR.requestModel, ATTR.outcome, ATTR.canceledBy, ATTR.stream, ATTR.processCreationTime],
    integer: true,
  },
  recentAttempts: {
    name: 'anthropic.client.recent_attempts',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description:
      'Attempts of the last 5 minutes, by kind. Accepted attempts count from their end, failed attempts from their response, even while a retry waits. Canceled attempts are not counted. For detection.',
    attributes: [ATTR.requestModel, ATTR.attemptKind, ATTR.processCreationTime],
    integer: true,
  },
  recentRetriesExhausted: {
    name: 'anthropic.client.recent_retries_exhausted',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls of the last 5 minutes whose last allowed attempt failed with a retryable error. For detection.',
    attributes: [ATTR.requestModel, ATTR.processCreationTime],
    integer: true,
  },
  recentCost: {
    name: 'anthropic.client.recent_cost',
    kind: 'observable_gauge',
    unit: '{USD}',
    description: 'Estimated cost of the last 5 minutes. For detection.',
    attributes: [ATTR.processCreationTime],
    attribution: true,
  },
  authenticationFailureAge: {
    name: 'anthropic.client.authentication_failure_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description: 'Time since the last 401 response; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  authenticationFailing: {
    name: 'anthropic.client.authentication_failing',
    kind: 'observable_gauge',
    unit: '{state}',
    description:
      '1 from a 401 response until the API accepts an attempt on the same path, then 0. For detection.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  serverErrorRunAge: {
    name: 'anthropic.client.server_error_run_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'Time since the last growth of a run of two or more consecutive 5xx responses (529 counted separately) on one path, whatever the models; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  rateLimitHeadroom: {
    name: 'anthropic.client.rate_limit.headroom',
    kind: 'observable_gauge',
    unit: '{share}',
    description: 'Headroom of a rate limit, as a share of the limit; 1 after its reset time. For detection.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
  },
  oldestCallAge: {
    name: 'anthropic.client.oldest_call_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'How long the oldest open call has been in its phase: first_byte (no response yet, or no content of a streamed message yet), streaming (reading the response) or retry_wait. 0 if the model had such a call before, but has none now. For detection.',
    attributes: [ATTR.requestModel, ATTR.callPhase],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
