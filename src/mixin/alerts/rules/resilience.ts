/** Alerts on the policies of `anthropic-otel/resilience`: when they work around failures, and when they can no longer do so. */
import { ATTR } from '../../../signals/names.ts';
import type { Queries } from '../expressions.ts';
import { MODEL, QUEUE, RECORDS, ROUTE } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** The policies delay calls, send them elsewhere, or can no longer retry. */
export function policiesDegraded(q: Queries): AlertRule[] {
  const { fallbackRatio, queueSeconds, deferredHours, for: hold } = q.config.policies;
  const common = {
    alert: 'AnthropicPoliciesDegraded',
    severity: 'warning',
    fault: 'unknown',
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-errors',
  } as const;
  const served = q.last('recentDecisions', { [ATTR.decision]: 'fallback_served' });
  return [
    {
      ...common,
      condition: 'circuit_open',
      note: 'The circuit of a model and path is open or half open in a process.',
      expr: `max by (${q.and(MODEL, ROUTE)}) (${q.series('circuitOpen')}) == 1`,
      summary: `${serviceText(q.config)}: Claude calls are not sent because the circuit breaker is open.`,
      description: `The circuit breaker of ${MODEL_TEXT} has been open for ${hold}. Calls wait for it to close, use a fallback, or fail.`,
      perModel: true,
    },
    {
      ...common,
      condition: 'falling_back',
      note: 'Calls of the last 5 minutes that a fallback served, as a share of the calls of their model.',
      expr: `sum by (${q.serviceModel}) (${served}) / ${RECORDS.modelCalls} > ${fallbackRatio}`,
      summary: `${serviceText(q.config)}: Claude calls fall back to another model or provider.`,
      description: `A fallback has served {{ $value | humanizePercentage }} of the calls to ${MODEL_TEXT}, for ${hold}. ${percent(fallbackRatio)} is allowed. Quality and price differ.`,
      perModel: true,
    },
    {
      ...common,
      condition: 'retry_budget',
      note: 'A process has no retry left.',
      expr: `min by (${q.service}) (${q.series('retryBudget')}) < 1`,
      summary: `${serviceText(q.config)}: Claude calls are no longer retried because the retry budget is empty.`,
      description: `The retries of a process have reached a tenth of its calls, so it has made no retries for ${hold}. Calls fail at their first error.`,
    },
    {
      ...common,
      condition: 'queue_age',
      note: 'A call waits too long before it is sent.',
      expr: `max by (${q.and(QUEUE)}) (${q.series('queueAge')}) > ${queueSeconds}`,
      summary: `${serviceText(q.config)}: Claude calls wait before they are sent.`,
      description: `The oldest call in the queue {{ $labels.${QUEUE} }} has waited {{ $value | humanizeDuration }}. For ${hold}, some call has always waited longer than ${queueSeconds} s.`,
    },
    {
      ...common,
      condition: 'deferred_age',
      note: 'A deferred request waits longer for its result than a batch may take.',
      expr: `max by (${q.and(QUEUE)}) (${q.series('deferredAge')}) > ${deferredHours * 3600}`,
      summary: `${serviceText(q.config)}: deferred Claude requests get no results.`,
      description: `The oldest deferred request in the queue {{ $labels.${QUEUE} }} has waited {{ $value | humanizeDuration }}. For ${hold}, some request has always waited longer than ${deferredHours} h. A batch ends within 24 h, so no worker runs, or the API accepts no batches.`,
    },
    {
      ...common,
      condition: 'dead_letters',
      note: 'The store of deferred requests contains requests that failed permanently.',
      expr: `max by (${q.and(QUEUE)}) (${q.series('deadLetters')}) > 0`,
      summary: `${serviceText(q.config)}: deferred Claude requests failed permanently.`,
      description: `{{ $value }} deferred requests in the queue {{ $labels.${QUEUE} }} have been dead letters for ${hold}. Nothing sends them again.`,
    },
  ];
}
