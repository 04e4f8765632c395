/** The metrics of `anthropic-otel/resilience`. They exist once the sub-path is used. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const RESILIENCE_METRICS = {
  resilienceDecisions: {
    name: 'anthropic.resilience.decisions',
    kind: 'counter',
    unit: '{decision}',
    description: 'Decisions of the policies about calls, such as a retry, a rejection or a fallback.',
    attributes: [ATTR.decision, ATTR.requestModel],
    integer: true,
  },
  recentDecisions: {
    name: 'anthropic.resilience.recent_decisions',
    kind: 'observable_gauge',
    unit: '{decision}',
    description: 'Decisions of the last 5 minutes. For detection.',
    attributes: [ATTR.decision, ATTR.requestModel, ATTR.processCreationTime],
    integer: true,
  },
  circuitOpen: {
    name: 'anthropic.resilience.circuit_open',
    kind: 'observable_gauge',
    unit: '{state}',
    description:
      '1 while the circuit breaker of a model and path is open or half open, else 0. For detection.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  retryBudget: {
    name: 'anthropic.resilience.retry_budget',
    kind: 'observable_gauge',
    unit: '{retry}',
    description: "Retries left in the process's budget; below 1, no retry is made. For detection.",
    attributes: [],
  },
  queueSize: {
    name: 'anthropic.resilience.queue_size',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls that wait for a rate limit (throttle), for other calls to end (concurrency), or for an open circuit to close (circuit).',
    attributes: [ATTR.queue],
    integer: true,
  },
  queueAge: {
    name: 'anthropic.resilience.queue_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description: 'How long the longest-waiting call has waited; 0 if no call waits. For detection.',
    attributes: [ATTR.queue],
  },
  deferredBacklog: {
    name: 'anthropic.resilience.deferred_backlog',
    kind: 'observable_gauge',
    unit: '{request}',
    description:
      'Deferred requests without a result, as the store last reported. Processes that share a store report the same value.',
    attributes: [ATTR.queue],
    integer: true,
  },
  deferredAge: {
    name: 'anthropic.resilience.deferred_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'How long ago the oldest deferred request without a result was deferred; 0 if there is none. For detection.',
    attributes: [ATTR.queue],
  },
  deadLetters: {
    name: 'anthropic.resilience.dead_letters',
    kind: 'observable_gauge',
    unit: '{request}',
    description:
      'Deferred requests that failed permanently and are still in the store, as the store last reported. For detection.',
    attributes: [ATTR.queue],
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
