/** Cost: what the calls cost by list prices, on which model and kind of token, and what the cache saves. */

import { COST_KINDS } from '../../model/cost.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { cacheNet, cacheOverTime, hitRatio } from './cost-cache.ts';
import { thinking, tokenKinds } from './cost-tokens.ts';
import { dashboard } from './dashboard.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph, stat } from './panels.ts';
import { LABEL, orZero, perBar, perHour, recent, share, total } from './queries.ts';
import { ONLY } from './signals.ts';
import { above, NEUTRAL, NO_DATA, runbook, type Step } from './style.ts';
import { table } from './table.ts';

const { spend } = DEFAULT_CONFIG;
const MODEL = [LABEL.requestModel];
/** Dollars in full, to compare with a bill. */
const MONEY = 'currency:financial:$';

export function cost(): string {
  return dashboard({
    uid: 'anthropic-cost',
    title: 'Claude: cost',
    description:
      'Estimated cost by list prices, and the tokens behind it. Totals are exact for the time range: births, deploys and restarts included.',
    from: 'now-24h',
    refresh: '5m',
    sections: [
      { lines: [numbers(), [byModel(), byKind()], [totals()]] },
      {
        title: 'Tokens and the prompt cache',
        lines: [
          [tokenKinds(), thinking()],
          [hitRatio(), cacheNet(), cacheOverTime()],
        ],
      },
    ],
  });
}

function numbers(): SizedPanel[] {
  const number = (
    title: string,
    description: string,
    expr: string,
    unit: string,
    thresholds: readonly Step[] = NEUTRAL,
    alert = 'AnthropicSpendHigh',
  ) =>
    stat({
      title,
      description,
      unit,
      ...(unit === MONEY && { decimals: 2 }),
      queries: [{ expr, legend: title, instant: true }],
      noValue: NO_DATA.traffic,
      thresholds,
      links: [runbook(alert)],
      width: 4,
    });
  const spent = total('cost', []);
  const lastHour = recent('cost', '1h', ['job']);
  return [
    number('Spent in the time range', 'Estimate by list prices, without taxes and discounts.', spent, MONEY),
    number(
      'Per 1,000 calls',
      'What a thousand calls of a model cost, failed ones included.',
      `1000 *\n${share(spent, total('calls', [], ONLY.ofModel))}`,
      'currencyUSD',
    ),
    number(
      'At this rate, USD a day',
      `What the last hour cost, times 24, for the job that spends most. Red above its budget of ${spend.dailyBudgetUsd} USD a day, which is set in src/mixin/alerts/config.ts.`,
      `24 * max(\n${lastHour}\n)`,
      'currencyUSD',
      above(spend.dailyBudgetUsd),
    ),
    number(
      `Budget of $${spend.dailyBudgetUsd} a day`,
      `The number on the left as a share of the daily budget of a job, ${spend.dailyBudgetUsd} USD, which is set in src/mixin/alerts/config.ts. AnthropicSpendHigh fires above 100 %.`,
      `24 * max(\n${lastHour}\n) / ${spend.dailyBudgetUsd}`,
      'percentunit',
      above(1),
    ),
    number(
      'Calls',
      'Calls of a model in the time range.',
      orZero(total('calls', [], ONLY.ofModel)),
      'locale',
    ),
    number(
      'Calls without a price',
      'Calls of models that the price table does not know: the estimate leaves them out. Add their price with the `prices` option.',
      orZero(total('unpricedCalls', [])),
      'locale',
      above(1, 'orange'),
      'AnthropicSpendHigh',
    ),
  ];
}

/** USD an hour: the height does not change with the zoom. */
function spending(
  title: string,
  description: string,
  label: string,
  colored?: readonly string[],
): SizedPanel {
  return graph({
    title,
    description,
    unit: 'currencyUSD',
    queries: [{ expr: perHour(perBar('cost', [label])), legend: `{{${label}}}` }],
    noValue: NO_DATA.traffic,
    stacked: true,
    links: [runbook('AnthropicSpendHigh')],
    width: 12,
    ...(colored && { colored }),
  });
}

function byModel(): SizedPanel {
  return spending('USD an hour, by model', 'Where the money goes.', LABEL.requestModel);
}

function byKind(): SizedPanel {
  return spending('USD an hour, by kind of token', 'What the money goes for.', LABEL.costKind, COST_KINDS);
}

function totals(): SizedPanel {
  const of = (
    title: string,
    key:
      | 'calls'
      | 'inputTokens'
      | 'cacheReadTokens'
      | 'cacheWriteTokens'
      | 'outputTokens'
      | 'reasoningTokens'
      | 'unpricedCalls',
  ) => ({
    title,
    expr: total(key, MODEL, ONLY.ofModel),
    unit: 'locale',
  });
  return table({
    title: 'Totals of the time range, by model',
    description:
      'Compare these with the bill. Cache reads and writes are part of the input, thinking is part of the output.',
    noValue: NO_DATA.traffic,
    labels: [{ label: LABEL.requestModel, title: 'Model' }],
    values: [
      { title: 'USD', expr: total('cost', MODEL), unit: MONEY, decimals: 2 },
      of('Calls', 'calls'),
      of('Input', 'inputTokens'),
      of('of it cache reads', 'cacheReadTokens'),
      of('of it cache writes', 'cacheWriteTokens'),
      of('Output', 'outputTokens'),
      of('of it thinking', 'reasoningTokens'),
      of('Calls without a price', 'unpricedCalls'),
    ],
    width: 24,
    height: 7,
  });
}
