/** Cost: what the prompt cache costs and saves. */
import { ATTR } from '../../../signals/names.ts';
import { type Matchers, matching } from '../../alerts/promql.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import { perHour, type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { BAD, BALANCE, GOOD, type Step, WARN } from '../lib/style.ts';

const MODEL = [LABEL.requestModel];

/** Counts of tokens and of cost by model: totals or bars. */
type Count = (
  key: 'cost' | 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens',
  matchers?: Matchers<'cost'>,
) => string;
const totals =
  (q: Queries): Count =>
  (key, matchers = {}) =>
    q.total(key, MODEL, matchers as object);
const bars =
  (q: Queries): Count =>
  (key, matchers = {}) =>
    q.bars(key, MODEL, matchers as object);

/** The share of the input that was read from the cache. */
export function hitRatio(q: Queries): SizedPanel {
  return graph({
    title: 'Cache hit ratio, by model',
    description:
      'The share of input tokens that was read from the prompt cache. A drop means that the prefix changed, or that a pause outlasted the cache lifetime.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: share(bars(q)('cacheReadTokens'), bars(q)('inputTokens')),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: 'No cache reads',
    links: [runbook(q.config, 'AnthropicResponsesChanged')],
  });
}

/**
 * The price in USD of an input token outside the cache. It is computed from what the calls really cost, so that it includes your own
 * prices. A model without such tokens has no price here, and its savings are left out.
 */
function price(count: Count): string {
  const tokens = ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;
  const plain = tokens.map((key) => count(key)).join('\n- ');
  return `(\n${count('cost', { [ATTR.costKind]: 'input' })}\n/ (\n${plain}\n> 0)\n)`;
}

/** The cost of the cached tokens without the cache, minus their real cost. */
function saved(count: Count): string {
  const paid = count('cost', { [ATTR.costKind]: 'cache_read' });
  return `sum(\n${count('cacheReadTokens')}\n* ${price(count)}\n- ${paid}\n)`;
}

/** The extra cost of writing tokens to the cache, compared with plain ones. */
function extra(count: Count): string {
  const paid = count('cost', { [ATTR.costKind]: matching('cache_write_.+') });
  return `sum(\n${paid}\n- ${count('cacheWriteTokens')}\n* ${price(count)}\n)`;
}

/** Saved minus extra: the cost of all cached tokens as plain ones, minus their real cost. */
function difference(count: Count): string {
  const paid = count('cost', { [ATTR.costKind]: matching('cache_.+') });
  const cached = `(\n${count('cacheReadTokens')}\n+ ${count('cacheWriteTokens')}\n)`;
  return `sum(\n${cached}\n* ${price(count)}\n- ${paid}\n)`;
}

const SIGN: readonly Step[] = [
  { from: null, color: BAD },
  { from: 0, color: GOOD },
];

/** Whether the cache pays. */
export function net(q: Queries): SizedPanel {
  const count = totals(q);
  return stat({
    title: 'Does the cache pay? (time range)',
    description:
      'What cache reads saved, minus what cache writes cost extra. Red means a loss: prompts are written to the cache but not read again.',
    unit: BALANCE,
    decimals: 2,
    queries: [
      { expr: difference(count), legend: 'net saving', instant: true },
      { expr: saved(count), legend: 'saved by reading', instant: true },
      { expr: extra(count), legend: 'paid extra for writing', instant: true },
    ],
    noValue: 'No cache reads',
    thresholds: SIGN,
    coloredBy: { '/^paid/': WARN },
    text: 'value_and_name',
    column: true,
    width: 8,
    height: 9,
    links: [runbook(q.config, 'AnthropicResponsesChanged')],
  });
}

/** The savings over time. */
export function overTime(q: Queries): SizedPanel {
  const count = bars(q);
  return graph({
    title: 'Cache: saved and paid extra, USD an hour',
    description: 'A cache write costs 1.25 or 2 times the input price, a cache read a tenth of it or less.',
    unit: 'currencyUSD',
    queries: [
      { expr: perHour(saved(count)), legend: 'saved by reading' },
      { expr: perHour(extra(count)), legend: 'paid extra for writing' },
    ],
    noValue: 'No cache reads',
    colored: ['saved by reading', 'paid extra for writing'],
    links: [runbook(q.config, 'AnthropicResponsesChanged')],
  });
}
