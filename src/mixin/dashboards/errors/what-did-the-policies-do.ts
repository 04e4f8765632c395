/** Errors: what did the policies of `anthropic-otel/resilience` do? Empty if the sub-path is not used. */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { BAD, DECISION_COLORS, line, MODEL_COLORS, PLAIN, WARN } from '../lib/style.ts';

const NOT_USED = 'No policies';
const DECISION_NAMES = Object.keys(DECISION_COLORS);

export function decisions(q: Queries): SizedPanel {
  const by = [LABEL.decision];
  return graph({
    title: 'Decisions of the policies',
    description: 'Retries, rejections, fallbacks and waits that anthropic-otel/resilience decided on.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('resilienceDecisions', by),
        legend: `{{${LABEL.decision}}}`,
      },
    ],
    noValue: NOT_USED,
    style: 'bars',
    colored: DECISION_NAMES,
    links: [runbook(q.config)],
    width: 12,
  });
}

export function recent(q: Queries): SizedPanel {
  return graph({
    title: 'Decisions of the last 5 minutes',
    description: 'As the rules read them. Includes the last value of processes that have ended.',
    unit: 'locale',
    queries: [
      {
        expr: `sum by (${LABEL.decision}) (last_over_time(${q.metric('recentDecisions')}[5m]))`,
        legend: `{{${LABEL.decision}}}`,
      },
    ],
    noValue: NOT_USED,
    colored: DECISION_NAMES,
    links: [runbook(q.config)],
    width: 12,
  });
}

export function circuits(q: Queries): SizedPanel {
  return graph({
    title: 'Open circuits, by model',
    description:
      'The number of processes in which the circuit breaker of a model and path is open or half open. Calls wait, fall back or fail there.',
    unit: 'locale',
    queries: [
      {
        expr: `sum by (${LABEL.requestModel}, ${LABEL.httpRoute}) (${q.metric('circuitOpen')}) > 0`,
        legend: `{{${LABEL.requestModel}}} {{${LABEL.httpRoute}}}`,
      },
    ],
    noValue: 'None',
    // Otherwise, lines of the same number would cover each other.
    stacked: true,
    coloredBy: MODEL_COLORS,
    links: [runbook(q.config, 'AnthropicConsecutiveServerErrors')],
  });
}

export function budget(q: Queries): SizedPanel {
  return graph({
    title: 'Retry budget: the 10 processes with the least',
    description: 'Retries that are left. Below 1, the process does not retry.',
    unit: 'short',
    decimals: 1,
    queries: [
      {
        expr: `bottomk(10, min by (${q.process.join(', ')}) (${q.metric('retryBudget')}))`,
        // The name first, because names are truncated at the end.
        legend: [q.service.at(-1), ...q.config.instanceLabels, ...q.service.slice(0, -1)]
          .map((label) => `{{${label}}}`)
          .join(' '),
      },
    ],
    noValue: NOT_USED,
    thresholds: line(1),
    thresholdLines: true,
    lowestFirst: true,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
  });
}

export function queues(q: Queries): SizedPanel {
  return graph({
    title: 'Calls that wait, and the longest wait',
    description:
      'throttle: for a rate limit. concurrency: for other calls to end. circuit: for an open circuit to close.',
    unit: 'locale',
    queries: [
      { expr: `sum by (${LABEL.queue}) (${q.metric('queueSize')})`, legend: `{{${LABEL.queue}}}: calls` },
      {
        expr: `max by (${LABEL.queue}) (${q.metric('queueAge')})`,
        legend: `{{${LABEL.queue}}}: longest wait`,
      },
    ],
    noValue: NOT_USED,
    coloredBy: { '/^throttle/': WARN, '/^concurrency/': PLAIN, '/^circuit/': BAD },
    dashed: '/wait$/',
    right: { pattern: '/wait$/', unit: 's' },
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
  });
}

export function deferred(q: Queries): SizedPanel {
  return graph({
    title: 'Deferred requests and dead letters',
    description:
      'Requests that wait for the result of a message batch. Processes that share a store report the same numbers, so the largest one counts.',
    unit: 'locale',
    queries: [
      {
        expr: `max by (${LABEL.queue}) (${q.metric('deferredBacklog')})`,
        legend: `{{${LABEL.queue}}}: waiting`,
      },
      {
        expr: `max by (${LABEL.queue}) (${q.metric('deferredAge')}) / 3600`,
        legend: `{{${LABEL.queue}}}: age of the oldest`,
      },
      {
        expr: `max by (${LABEL.queue}) (${q.metric('deadLetters')})`,
        legend: `{{${LABEL.queue}}}: dead letters`,
      },
    ],
    noValue: 'Nothing deferred',
    coloredBy: { '/waiting$/': PLAIN, '/oldest$/': WARN, '/dead letters$/': BAD },
    dashed: '/oldest$/',
    right: { pattern: '/oldest$/', unit: 'h' },
    links: [runbook(q.config, 'AnthropicPoliciesDegraded')],
    width: 24,
  });
}
