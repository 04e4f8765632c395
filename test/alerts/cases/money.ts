/** Cases of the alerts on cost. Amounts are multiples of 1/16 USD, so that sums are exact. */
import { burstCases } from '../support/bursts.ts';
import { type AlertCase, type Check, firing, MODEL, OF_MODEL, VARS } from '../support/case.ts';
import { accumulates, world } from '../support/world.ts';

const HOUR = 3600;
const STEP = 300;
const COST = `anthropic_client_cost_total{${OF_MODEL},anthropic_cost_kind="output"}`;
const LABELS = { severity: 'warning', fault: 'traffic', job: 'app' };

/** What is spent between two scrapes, in USD, at a time. */
type Spending = (time: number) => number;

/** Amounts that repeat; twelve scrapes are an hour. */
const repeat =
  (...amounts: readonly number[]): Spending =>
  (time) =>
    amounts[Math.round(time / STEP) % amounts.length] ?? 0;
/** A whole number of sixteenths of 12 USD an hour. */
const hourly = (usd: number): Spending => repeat(usd / 12);
const USD_2 = repeat(0.25, 0.25, 0);
const USD_5 = repeat(0.5, 0.5, 0.25);
const USD_25 = repeat(3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
/** One spending, and another from an hour on. */
const from =
  (hour: number, before: Spending, after: Spending): Spending =>
  (time) =>
    (time > hour * HOUR ? after : before)(time);

function costCase(
  alert: string,
  name: string,
  spending: Spending,
  checks: readonly Check[],
  proves: AlertCase['proves'],
  start = -90_000,
): AlertCase {
  const until = Math.max(...checks.map(({ at }) => at));
  const metrics = { [COST]: accumulates(STEP, (time) => (time > start ? spending(time) : 0)) };
  return {
    alert,
    name: `${alert}: ${name}`,
    proves,
    series: world([{ start, metrics }], { until, step: STEP }),
    step: STEP,
    checks,
  };
}

const silentFrom = (from: number, to: number): Check[] =>
  Array.from({ length: (to - from) / STEP + 1 }, (_, i) => ({ at: from + i * STEP, alerts: [] }));

const rate = (usd: string) =>
  firing({
    alert: 'AnthropicSpendRateHigh',
    labels: LABELS,
    summary: 'app spends more on Claude than its daily budget.',
    description:
      `app spends ${usd} USD a day on Claude at the rate of the last hour (estimated by list prices). Its budget is ` +
      '600 USD a day.',
    dashboard: 'anthropic-cost',
    vars: 'var-job=app',
    panel: 'USD an hour, by model',
  });

const spike = (usd: string) =>
  firing({
    alert: 'AnthropicSpendSpike',
    labels: LABELS,
    summary: 'app suddenly spends much more on Claude.',
    description:
      `app spent ${usd} USD on Claude in the last hour (estimated by list prices), more than 2 times its most expensive hour ` +
      'of the day before.',
    dashboard: 'anthropic-cost',
    vars: 'var-job=app',
    panel: 'USD an hour, by model',
  });

export const MONEY_CASES: readonly AlertCase[] = [
  costCase(
    'AnthropicSpendRateHigh',
    '27 USD in an hour, then 24',
    from(6, from(5, hourly(24), hourly(27)), hourly(24)),
    [
      { at: 5 * HOUR, alerts: [] },
      { at: 5 * HOUR + 1200, alerts: [] },
      { at: 6 * HOUR, alerts: [rate('648.00')] },
      { at: 6 * HOUR + 2940, alerts: 'one' },
      { at: 6 * HOUR + 3060, alerts: [] },
    ],
    ['fires', 'resolves'],
  ),
  costCase('AnthropicSpendRateHigh', '25 USD in an hour', USD_25, silentFrom(0, 4 * HOUR), ['silent below']),
  costCase(
    'AnthropicSpendSpike',
    '7.50 USD in an hour after a day of 3, dearer two days before',
    from(40, from(9, from(8, hourly(3), hourly(12)), hourly(3)), hourly(7.5)),
    [
      { at: 40 * HOUR, alerts: [] },
      { at: 40 * HOUR + 2400, alerts: [] },
      { at: 41 * HOUR, alerts: [spike('7.50')] },
      { at: 41 * HOUR + 900, alerts: [spike('7.50')] },
      { at: 41 * HOUR + 1500, alerts: [] },
    ],
    ['fires', 'resolves'],
  ),
  costCase(
    'AnthropicSpendSpike',
    '5 USD in an hour after a day of 2',
    from(40, USD_2, USD_5),
    [
      { at: 40 * HOUR, alerts: [] },
      { at: 41 * HOUR, alerts: 'one' },
    ],
    ['fires'],
  ),
  costCase(
    'AnthropicSpendSpike',
    'twice the most expensive hour',
    from(40, hourly(3), hourly(6)),
    silentFrom(30 * HOUR, 44 * HOUR),
    ['silent below'],
  ),
  costCase(
    'AnthropicSpendSpike',
    '4.50 USD in an hour after a day of 1.50',
    from(40, hourly(1.5), hourly(4.5)),
    silentFrom(30 * HOUR, 44 * HOUR),
    ['silent below'],
  ),
  costCase(
    'AnthropicSpendSpike',
    'no dearer than an hour of the night before',
    from(40, from(21, from(20, hourly(1.5), hourly(6)), hourly(1.5)), hourly(7.5)),
    silentFrom(38 * HOUR, 44 * HOUR),
    ['silent below'],
  ),
  costCase(
    'AnthropicSpendSpike',
    'a service without a day of history',
    from(20, hourly(1.5), hourly(7.5)),
    silentFrom(0, 23 * HOUR),
    ['silent below'],
    0,
  ),
  ...burstCases({
    expected: {
      alert: 'AnthropicUnpricedModel',
      labels: { severity: 'info', fault: 'telemetry', job: 'app', gen_ai_request_model: MODEL },
      summary: 'The cost of app leaves out a model without a known price.',
      description: `1 call(s) of app to ${MODEL} in the last 15m have no known price: the cost estimate leaves them out.`,
      dashboard: 'anthropic-cost',
      vars: VARS,
      panel: 'Totals of the time range, by model',
    },
    window: 900,
    fires: { 'one call': { [`anthropic_client_unpriced_calls_total{${OF_MODEL}}`]: 1 } },
    silent: { 'priced calls': { [`anthropic_client_unpriced_calls_total{${OF_MODEL}}`]: 0, [COST]: 3 } },
  }),
];
