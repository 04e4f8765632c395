/** What a call is estimated to cost, from its token counts and a price table. */
import type { Usage } from './message.ts';
import { modelFamily } from './model-family.ts';
import type { Price, PriceTable } from './prices.ts';

/** What a cost was caused by. */
export type CostKind = 'input' | 'output' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h';

/** Every cost kind. */
export const COST_KINDS: readonly CostKind[] = [
  'input',
  'output',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
];

/** Cost in USD by kind; kinds that cost nothing are absent. */
export type Cost = Partial<Record<CostKind, number>>;

/** What one bill of a call comes to. */
export interface BilledCost {
  /** The model that was asked for. */
  readonly model: string | undefined;
  readonly cost: Cost | 'unpriced';
}

/**
 * The price of `model`: that of its family, else that of the longest key which the family continues with a
 * word (`claude-opus-5-5-fast`). A further version number is another family: without a key of its own it has no
 * price, because a guess would look like a fact.
 */
export function priceOf(model: string, prices: PriceTable): Price | undefined {
  const family = modelFamily(model);
  if (Object.hasOwn(prices, family)) return prices[family];
  let best: string | undefined;
  for (const key of Object.keys(prices)) {
    if (
      family.startsWith(`${key}-`) &&
      !/^\d/.test(family.slice(key.length + 1)) &&
      key.length > (best?.length ?? 0)
    ) {
      best = key;
    }
  }
  return best === undefined ? undefined : prices[best];
}

/** The estimated cost of `usage` at `price`. `fast` says whether the call asked for the fast mode. */
export function costOf(usage: Usage, price: Price, fast = false): Cost {
  const long = price.longPrompt !== undefined && (usage.input ?? 0) > price.longPrompt.above;
  const rate = long && price.longPrompt ? price.longPrompt : price;
  const { input: inputRate, output: outputRate } = fast && price.fast ? price.fast : rate;

  const read = usage.cacheRead ?? 0;
  const write = usage.cacheWrite ?? 0;
  const write1h = Math.min(usage.cacheWrite1h ?? 0, write);
  const plain = Math.max(0, (usage.input ?? 0) - read - write) + (usage.compaction?.input ?? 0);
  const cost: Cost = {};
  const add = (kind: CostKind, tokens: number, perMillion: number): void => {
    if (tokens > 0) cost[kind] = (tokens * perMillion) / 1_000_000;
  };
  add('input', plain, inputRate);
  add('output', (usage.output ?? 0) + (usage.compaction?.output ?? 0), outputRate);
  add('cache_read', read, rate.cacheRead);
  // Without the split, the API's default lifetime is 5 minutes.
  add('cache_write_5m', write - write1h, rate.cacheWrite5m);
  add('cache_write_1h', write1h, rate.cacheWrite1h);
  return cost;
}

/** The sum of `cost`, in USD. */
export function totalCost(cost: Cost): number {
  let sum = 0;
  for (const usd of Object.values(cost)) sum += usd;
  return sum;
}

/** The most models whose price is remembered. */
const MAX_REMEMBERED = 100;

/** `priceOf` with a memory: the same few models are asked for at every call. */
export function priceFinder(prices: PriceTable): (model: string) => Price | undefined {
  const known = new Map<string, Price | undefined>();
  return (model) => {
    if (known.has(model)) return known.get(model);
    const price = priceOf(model, prices);
    if (known.size < MAX_REMEMBERED) known.set(model, price);
    return price;
  };
}
