/** Cost: what the prompt cache costs and saves. */
import { ATTR } from '../../signals/names.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph, stat } from './panels.ts';
import { LABEL, matching, perBar, perHour, rate, share, total } from './queries.ts';
import type { Step } from './style.ts';

const MODEL = [LABEL.requestModel];
type Count = typeof total;

/** The part of the input that came from the cache. */
export function hitRatio(): SizedPanel {
  return graph({
    title: 'Cache hit ratio, by model',
    description:
      'Input tokens read from the prompt cache, of all input tokens. A fall is a changed prefix, or a pause longer than the lifetime.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: share(rate('cacheReadTokens', MODEL), rate('inputTokens', MODEL)),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: 'No cache reads',
  });
}

/**
 * USD for each input token outside the cache: what the calls really paid, so that prices of your own count. A
 * model without such tokens has no price here, and its savings are left out.
 */
function price(count: Count): string {
  const tokens = ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;
  const plain = tokens.map((key) => count(key, MODEL)).join('\n- ');
  return `(\n${count('cost', MODEL, { [ATTR.costKind]: 'input' })}\n/ (\n${plain}\n> 0)\n)`;
}

/** What the tokens that were read would have cost without the cache, less what they cost. */
function saved(count: Count): string {
  const paid = count('cost', MODEL, { [ATTR.costKind]: 'cache_read' });
  return `sum(\n${count('cacheReadTokens', MODEL)}\n* ${price(count)}\n- ${paid}\n)`;
}

/** What the tokens that were written cost more than plain ones. */
function extra(count: Count): string {
  const paid = count('cost', MODEL, { [ATTR.costKind]: matching('cache_write_.+') });
  return `sum(\n${paid}\n- ${count('cacheWriteTokens', MODEL)}\n* ${price(count)}\n)`;
}

/** Saved less extra: what all cached tokens would have cost as plain ones, less what they cost. */
function net(count: Count): string {
  const paid = count('cost', MODEL, { [ATTR.costKind]: matching('cache_.+') });
  const cached = `(\n${count('cacheReadTokens', MODEL)}\n+ ${count('cacheWriteTokens', MODEL)}\n)`;
  return `sum(\n${cached}\n* ${price(count)}\n- ${paid}\n)`;
}

const SIGN: readonly Step[] = [
  { from: null, color: 'red' },
  { from: 0, color: 'green' },
];

/** Whether the cache pays. */
export function cacheNet(): SizedPanel {
  return stat({
    title: 'Does the cache pay? (time range)',
    description:
      'Saved by reading, paid extra for writing, and the difference: negative means that prompts are written and not read again.',
    unit: 'currencyUSD',
    queries: [
      { expr: net(total), legend: 'net', instant: true },
      { expr: saved(total), legend: 'saved by reading', instant: true },
      { expr: `-1 * (${extra(total)})`, legend: 'extra for writing', instant: true },
    ],
    noValue: 'No cache reads',
    thresholds: SIGN,
    text: 'value_and_name',
    width: 8,
    height: 8,
  });
}

/** The same over time. */
export function cacheOverTime(): SizedPanel {
  return graph({
    title: 'Cache: saved and paid extra, USD an hour',
    description: 'Writing costs 1.25 or 2 times the input price, reading a tenth of it or less.',
    unit: 'currencyUSD',
    queries: [
      { expr: perHour(`(${saved(perBar)})`), legend: 'saved by reading' },
      { expr: perHour(`(${extra(perBar)})`), legend: 'extra for writing' },
    ],
    noValue: 'No cache reads',
    colored: ['saved by reading', 'extra for writing'],
  });
}
