/** Triage: what was it? */
import { STOP_REASONS } from '../../../model/stop-reason.ts';
import { graph } from '../lib/graph.ts';
import { runbook, toDashboard } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { gauges } from '../lib/panels.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ERROR_TYPES, ONLY } from '../lib/signals.ts';
import { BAD, COLORS, FAULT_COLORS, GOOD, NO_DATA, WARN } from '../lib/style.ts';

export function exhausted(q: Queries): SizedPanel {
  return graph({
    title: 'Calls that ran out of retries, by error type',
    description: 'Calls whose last allowed attempt failed with an error that a retry could have fixed.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('retriesExhausted', [LABEL.errorType]),
        legend: `{{${LABEL.errorType}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: ERROR_TYPES,
    links: [runbook(q.config, 'AnthropicRetriesExhausted')],
  });
}

export function streaks(q: Queries): SizedPanel {
  return graph({
    title: 'Consecutive 5xx responses, by path',
    description:
      'Line: the longest run of server errors at that time (except 529). Bars: where a run of two or more of one model began; runs that begin and end ' +
      'between two scrapes count too.',
    unit: 'locale',
    queries: [
      {
        expr: `max by (${LABEL.httpRoute}) (${q.metric('serverErrorStreak')})`,
        legend: `longest: {{${LABEL.httpRoute}}}`,
      },
      {
        expr: `${q.bars('serverErrorStreaks', [LABEL.httpRoute])} > 0`,
        legend: `began: {{${LABEL.httpRoute}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    asBars: '/^began/',
    coloredBy: { '/^longest/': COLORS['api_error'] as string },
    links: [runbook(q.config, 'AnthropicConsecutiveServerErrors')],
  });
}

export function unauthorized(q: Queries): SizedPanel {
  return graph({
    title: 'Responses 401, by path',
    description: 'Each one raises AnthropicAuthenticationFailed: a rejected key is never a coincidence.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('authenticationFailures', [LABEL.httpRoute]),
        legend: `{{${LABEL.httpRoute}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    coloredBy: { '/.+/': FAULT_COLORS.config },
    links: [runbook(q.config, 'AnthropicAuthenticationFailed')],
  });
}

export function waiting(q: Queries): SizedPanel {
  return graph({
    title: 'Oldest open call, by what it waits for',
    description:
      'first_byte: no response yet. streaming: the response is being read. retry_wait: asleep until the next attempt, as long as retry-after asks for.',
    unit: 's',
    queries: [
      {
        expr: `max by (${LABEL.callPhase}) (${q.metric('oldestCallAge')})`,
        legend: `{{${LABEL.callPhase}}}`,
      },
    ],
    noValue: 'No open call',
    colored: ['first_byte', 'streaming', 'retry_wait'],
    links: [runbook(q.config, 'AnthropicCallsHanging')],
  });
}

export function active(q: Queries): SizedPanel {
  return graph({
    title: 'Calls in progress, by service',
    description: 'A line that only grows means leaked calls, calls that hang, or a slow API.',
    unit: 'locale',
    queries: [
      {
        expr: q.named(`topk(10, sum by (${q.service.join(', ')}) (${q.metric('activeCalls')}))`),
        legend: '{{service}}',
      },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicCallsHanging')],
  });
}

export function outcomes(q: Queries): SizedPanel {
  const by = [LABEL.stopReason];
  const ended = (expression: string) => orWord(expression, LABEL.stopReason, 'none');
  return graph({
    title: 'How responses ended: stop reasons',
    description:
      'Of successful calls. max_tokens and model_context_window_exceeded cut the response off; refusal withholds it; pause_turn wants another call.',
    unit: 'locale',
    queries: [
      {
        expr: ended(`${q.bars('calls', by, ONLY.ok)} > 0`),
        total: ended(`${q.total('calls', by, ONLY.ok)} > 0`),
        legend: `{{${LABEL.stopReason}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: STOP_REASONS,
    links: [runbook(q.config, 'AnthropicResponsesChanged')],
  });
}

export function fallbacks(q: Queries): SizedPanel {
  const by = [LABEL.fallbackFrom, LABEL.fallbackTo, LABEL.fallbackCause];
  return graph({
    title: 'Calls that another model served',
    description: 'The requested model, the model that served the call, and why.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('fallbacks', by),
        legend: `{{${LABEL.fallbackFrom}}} → {{${LABEL.fallbackTo}}}: {{${LABEL.fallbackCause}}}`,
      },
    ],
    noValue: 'No fallbacks',
    style: 'bars',
    longNames: true,
    width: 12,
    links: [toDashboard('anthropic-errors', 'Errors'), runbook(q.config)],
  });
}

export function retiring(q: Queries): SizedPanel {
  const { ticketDays, infoDays } = q.config.retirement;
  return gauges({
    title: 'Models in use that retire within a year',
    description: 'Days until the API no longer serves the model.',
    unit: 'd',
    decimals: 0,
    min: 0,
    max: 365,
    queries: [
      {
        expr: `bottomk(8, sort(min by (${LABEL.requestModel}) (${q.metric('modelRetirementDays')}) < 365))`,
        legend: `{{${LABEL.requestModel}}}`,
        instant: true,
      },
    ],
    noValue: 'None',
    width: 12,
    thresholds: [
      { from: null, color: BAD },
      { from: ticketDays, color: WARN },
      { from: infoDays, color: GOOD },
    ],
    links: [runbook(q.config, 'AnthropicModelRetiring')],
  });
}
