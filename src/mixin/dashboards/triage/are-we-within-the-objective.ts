/** Triage: the objective, and the numbers of the time range. */
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { type StatOptions, stat } from '../lib/panels.ts';
import { type Queries, share } from '../lib/queries.ts';
import { errorRate, ONLY, rangeErrorRate } from '../lib/signals.ts';
import { above, BAD, errorRateSteps, FAULT_COLORS, GOOD, NEUTRAL, NO_DATA, WARN } from '../lib/style.ts';

/** A row of tiles. */
export function numbers(q: Queries): SizedPanel[] {
  const { config } = q;
  const number = (
    options: Pick<StatOptions, 'title' | 'description' | 'unit'> &
      Partial<StatOptions> & { expr: string; alert?: string },
  ) => {
    const { expr, alert, ...rest } = options;
    return stat({
      queries: [{ expr, legend: rest.title, instant: true }],
      noValue: NO_DATA.traffic,
      thresholds: NEUTRAL,
      width: 3,
      links: [runbook(config, alert)],
      ...rest,
    });
  };
  const hour = share(
    q.orZero(q.lastHour('calls', [], ONLY.failedCalls)),
    q.lastHour('calls', [], ONLY.counted),
  );
  const [fast] = config.errorBudget.page;
  return [
    number({
      title: 'Error rate (5m)',
      description:
        `The share of the calls of the last 5 minutes that failed after all retries. Calls that the application canceled do not count. Orange beyond the objective, red above ${config.errorRate.ratio * 100} %; ` +
        `the alert also needs at least ${config.minimumTraffic.calls} calls.`,
      unit: 'percentunit',
      decimals: 1,
      expr: errorRate(q),
      thresholds: errorRateSteps(config),
      alert: 'AnthropicHighErrorRate',
    }),
    number({
      title: 'Error budget left',
      description:
        'The share of the failed calls allowed by the objective that is left for the time range. Used up: more calls failed. Set the objective with the variable above.',
      unit: 'percentunit',
      decimals: 0,
      expr: `1 - (${rangeErrorRate(q)}) / (1 - $objective)`,
      thresholds: [
        { from: null, color: BAD },
        { from: 0, color: WARN },
        { from: 0.25, color: GOOD },
      ],
      texts: [{ from: -1e9, to: 0, text: 'Used up', color: BAD }],
      alert: 'AnthropicErrorBudgetBurning',
    }),
    number({
      title: 'Burn rate (1h)',
      description: `How many times faster than allowed the error budget burns: 1 uses it up exactly at the end of its period. ${fast?.factor ?? 14.4} pages.`,
      unit: 'suffix:x',
      decimals: 1,
      expr: `(${hour}) / (1 - $objective)`,
      thresholds: [
        { from: null, color: GOOD },
        { from: 1, color: WARN },
        { from: fast?.factor ?? 14.4, color: BAD },
      ],
      alert: 'AnthropicErrorBudgetBurning',
    }),
    number({
      title: 'Last 401',
      description:
        'When the API last rejected a key in the time range. A rejected key does not recover by itself: rotate it.',
      unit: 'dateTimeFromNow',
      expr: `1000 * max(max_over_time(${q.metric('authenticationFailureTime')}[$__range]))`,
      noValue: 'Never',
      thresholds: [{ from: null, color: FAULT_COLORS.config }],
      valueSize: 22,
      alert: 'AnthropicAuthenticationFailed',
    }),
    number({
      title: 'Longest wait',
      description: 'How long the oldest open call has waited for its first byte or for its next attempt.',
      unit: 's',
      expr: `max(${q.metric('oldestCallAge', ONLY.waiting)})`,
      noValue: 'No open call',
      thresholds: above(config.hanging.floorSeconds, WARN),
      alert: 'AnthropicCallsHanging',
    }),
    number({
      title: 'Spend / budget',
      description:
        'The cost of the last hour times 24, as a share of the daily budget. Set the budget for the selected services with the variable above.',
      unit: 'percentunit',
      decimals: 0,
      expr: `24 * ${q.lastHour('cost', [])} / $budget`,
      thresholds: above(1, WARN),
      alert: 'AnthropicSpendHigh',
    }),
    stat({
      title: 'In the time range',
      description:
        'Exact counts of the whole time range. attempts / call is the retry amplification: 1 when nothing is retried, 3 when every call uses both retries of the SDK.',
      unit: 'locale',
      queries: [
        { expr: q.orZero(q.total('calls', [])), legend: 'calls', instant: true },
        { expr: q.orZero(q.total('calls', [], ONLY.failedCalls)), legend: 'failed', instant: true },
        {
          expr: share(q.total('attempts', []), q.total('calls', [])),
          legend: 'attempts / call',
          instant: true,
        },
      ],
      noValue: NO_DATA.traffic,
      decimalsOf: { 'attempts / call': 2 },
      thresholds: NEUTRAL,
      text: 'value_and_name',
      valueSize: 22,
      width: 6,
      links: [runbook(config)],
    }),
  ];
}
