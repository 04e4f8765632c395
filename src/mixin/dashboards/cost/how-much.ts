/** Cost: how much? */
import { COST_KINDS } from '../../../model/cost.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import { perHour, type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ONLY } from '../lib/signals.ts';
import { above, MONEY, NEUTRAL, NO_DATA, type Step, WARN } from '../lib/style.ts';

const SPEND = 'AnthropicSpendHigh';

export function numbers(q: Queries): SizedPanel[] {
  const number = (
    title: string,
    description: string,
    expr: string,
    unit: string,
    thresholds: readonly Step[] = NEUTRAL,
  ) =>
    stat({
      title,
      description,
      unit,
      ...(unit === MONEY && { decimals: 2 }),
      ...(unit === 'percentunit' && { decimals: 0 }),
      queries: [{ expr, legend: title, instant: true }],
      noValue: NO_DATA.traffic,
      thresholds,
      links: [runbook(q.config, SPEND)],
      width: 4,
    });
  const spent = q.total('cost', []);
  return [
    number(
      'Spent in the time range',
      'Estimated from list prices, without taxes and discounts.',
      spent,
      MONEY,
    ),
    number(
      'Budget used',
      'The cost of the time range, as a share of the budget for it. Set the daily budget for the selected services with the variable above.',
      `${spent} / ($budget * $__range_s / 86400)`,
      'percentunit',
      above(1, WARN),
    ),
    number(
      'Last hour × 24',
      'What a day would cost at the rate of the last hour, for the selected services.',
      `24 * ${q.lastHour('cost', [])}`,
      MONEY,
    ),
    number(
      'Per 1,000 calls',
      'The average cost of 1,000 calls to a model, including failed ones.',
      `1000 *\n${share(spent, q.total('calls', [], ONLY.ofModel))}`,
      MONEY,
    ),
    number(
      'Calls',
      'Calls to a model in the time range.',
      q.orZero(q.total('calls', [], ONLY.ofModel)),
      'locale',
    ),
    number(
      'Calls without a price',
      'Calls to models without a known price. The estimate leaves them out. Add their price with the `prices` option.',
      q.orZero(q.total('unpricedCalls', [])),
      'locale',
      above(1, WARN),
    ),
  ];
}

/** USD per hour, so that the height does not change with the zoom. */
function spending(
  q: Queries,
  title: string,
  description: string,
  expr: string,
  legend: string,
  colored?: readonly string[],
): SizedPanel {
  return graph({
    title,
    description,
    unit: 'currencyUSD',
    queries: [{ expr, legend }],
    noValue: NO_DATA.traffic,
    stacked: true,
    links: [runbook(q.config, SPEND)],
    width: 12,
    ...(colored && { colored }),
  });
}

export function byModel(q: Queries): SizedPanel {
  const expr = perHour(q.bars('cost', [LABEL.requestModel]));
  return spending(
    q,
    'USD an hour, by model',
    'The models that cost the most.',
    expr,
    `{{${LABEL.requestModel}}}`,
  );
}

export function byKind(q: Queries): SizedPanel {
  const expr = perHour(q.bars('cost', [LABEL.costKind]));
  return spending(
    q,
    'USD an hour, by kind of token',
    'The kinds of tokens that cost the most.',
    expr,
    `{{${LABEL.costKind}}}`,
    COST_KINDS,
  );
}

export function byService(q: Queries): SizedPanel {
  const expr = q.named(`topk(10, ${perHour(q.bars('cost', q.service))} > 0)`);
  return spending(
    q,
    'USD an hour, by service',
    'The ten services that cost most at each point.',
    expr,
    '{{service}}',
  );
}

export function weekOverWeek(q: Queries): SizedPanel {
  const perHourAgo = (ago?: string) => `3600 * ${q.rate('cost', [], {}, ago)}`;
  return graph({
    title: 'USD an hour, this week and a week ago',
    description: 'Compares nights with nights and weekends with weekends.',
    unit: 'currencyUSD',
    queries: [
      { expr: perHourAgo(), legend: 'now' },
      { expr: perHourAgo('1w'), legend: 'a week ago' },
    ],
    noValue: NO_DATA.traffic,
    plain: true,
    coloredBy: { '/a week ago/': '#808080' },
    dashed: '/a week ago/',
    links: [runbook(q.config, SPEND)],
    width: 12,
  });
}
