/** Telemetry: the gauges that the rules read, as the processes report them. All cover the last five minutes. */
import { type GraphOptions, graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ATTEMPT_KINDS } from '../lib/signals.ts';
import { FAULT_COLORS, NO_DATA } from '../lib/style.ts';

function gauge(
  q: Queries,
  title: string,
  description: string,
  expr: string,
  legend: string,
  options: Partial<GraphOptions> = {},
): SizedPanel {
  return graph({
    title,
    description,
    unit: 'locale',
    queries: [{ expr, legend }],
    noValue: NO_DATA.zero,
    links: [runbook(q.config)],
    ...options,
  });
}

export function calls(q: Queries): SizedPanel {
  const expr = `sum by (${LABEL.outcome}) (last_over_time(${q.metric('recentCalls')}[5m]))`;
  return gauge(
    q,
    'Calls of the last 5 minutes',
    'Includes the last value of processes that have ended.',
    expr,
    `{{${LABEL.outcome}}}`,
    { colored: ['ok', 'error', 'canceled'] },
  );
}

export function attempts(q: Queries): SizedPanel {
  const expr = `sum by (${LABEL.attemptKind}) (last_over_time(${q.metric('recentAttempts')}[5m]))`;
  return gauge(
    q,
    'Attempts of the last 5 minutes, by kind',
    'Includes the last value of processes that have ended.',
    expr,
    `{{${LABEL.attemptKind}}}`,
    { colored: ATTEMPT_KINDS },
  );
}

export function exhausted(q: Queries): SizedPanel {
  const expr = `sum by (${LABEL.requestModel}) (last_over_time(${q.metric('recentRetriesExhausted')}[5m]))`;
  return gauge(
    q,
    'Calls out of retries, last 5 minutes',
    'Includes the last value of processes that have ended.',
    expr,
    `{{${LABEL.requestModel}}}`,
  );
}

export function cost(q: Queries): SizedPanel {
  const expr = `sum(last_over_time(${q.metric('recentCost')}[5m]))`;
  return gauge(
    q,
    'Cost of the last 5 minutes',
    'Includes the last value of processes that have ended.',
    expr,
    'USD',
    { unit: 'currencyUSD', plain: true },
  );
}

export function authentication(q: Queries): SizedPanel {
  return graph({
    title: '401: age, and paths that still fail',
    description:
      'Seconds since the last 401 on a path, and how many processes have had no accepted attempt since then.',
    unit: 'locale',
    queries: [
      {
        expr: `min by (${LABEL.httpRoute}) (${q.metric('authenticationFailureAge')})`,
        legend: `age {{${LABEL.httpRoute}}}`,
      },
      {
        expr: `sum by (${LABEL.httpRoute}) (${q.metric('authenticationFailing')})`,
        legend: `failing {{${LABEL.httpRoute}}}`,
      },
    ],
    noValue: 'Never',
    coloredBy: { '/.+/': FAULT_COLORS.config },
    dashed: '/^age/',
    right: { pattern: '/^age/', unit: 's' },
    links: [runbook(q.config, 'AnthropicAuthenticationFailed')],
  });
}

export function serverErrors(q: Queries): SizedPanel {
  const expr = `min by (${LABEL.httpRoute}) (${q.metric('serverErrorRunAge')})`;
  return gauge(
    q,
    'Age of the last run of 5xx, by path',
    'Seconds since the run last grew.',
    expr,
    `{{${LABEL.httpRoute}}}`,
    { unit: 's', coloredBy: { '/.+/': FAULT_COLORS.anthropic } },
  );
}
