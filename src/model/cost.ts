/** Estimates the cost of a call from its token counts and a price table. */
import type { Usage } from './message.ts';
import { modelFamily } from './model-family.ts';
import { BATCH_FACTOR, type Price, type PriceTable, US_FACTOR, WEB_SEARCH_PRICE } from './prices.ts';

/** The cause of a cost. */
export type CostKind = 'input' | 'output' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h' | 'web_search';

/** Every cost kind. */
export const COST_KINDS: readonly CostKind[] = [
  'input',
  'output',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'web_search',
];

/** Cost in USD by kind. Kinds without cost are absent. */
export type Cost = Partial<Record<CostKind, number>>;

/** The cost of one bill of a call. */
export interface BilledCost {
  /** The requested model. */
  readonly model: string | undefined;
  readonly cost: Cost | 'unpriced';
}

/**
 * The price of `model`: that of its family, or else that of the longest key that the family extends with a word
 * (`claude-opus-5-5-fast`). A further version number is a different family. Without its own key it has no price, because a guess
 * would look like a fact.
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

/**
 * The estimated cost of `usage` at `price`. Returns `unpriced` if the table has no price for how the request was served: fast mode of
 * a model without a fast price, or the priority tier, whose price is agreed with each customer.
 *
 * @param fast whether the call requested fast mode, if the usage does not state it
 */
export function costOf(usage: Usage, price: Price, fast = false): Cost | 'unpriced' {
  const rates = ratesOf(usage, price, usage.fast ?? fast);
  if (!rates || usage.serviceTier === 'priority') return 'unpriced';
  const cost: Cost = {};
  const factor =
    (usage.serviceTier === 'batch' ? BATCH_FACTOR : 1) * (usage.inferenceGeo === 'us' ? US_FACTOR : 1);
  addTokens(cost, usage, rates, factor);
  if (usage.compaction) addTokens(cost, usage.compaction, rates, factor);
  const { webSearches = 0 } = usage;
  if (webSearches > 0) cost.web_search = webSearches * WEB_SEARCH_PRICE;
  return cost;
}

type Rates = Omit<Price, 'fast' | 'longPrompt'>;

/** The prices that apply to `usage`, per million tokens. */
function ratesOf(usage: Usage, price: Price, fast: boolean): Rates | undefined {
  if (!fast) {
    const { longPrompt } = price;
    return longPrompt && (usage.input ?? 0) > longPrompt.above ? longPrompt : price;
  }
  if (!price.fast) return undefined;
  const { input, output } = price.fast;
  const raised = price.input > 0 ? input / price.input : 1;
  const { cacheRead, cacheWrite5m, cacheWrite1h } = price;
  return {
    input,
    output,
    cacheRead: cacheRead * raised,
    cacheWrite5m: cacheWrite5m * raised,
    cacheWrite1h: cacheWrite1h * raised,
  };
}

function addTokens(cost: Cost, usage: Usage, rates: Rates, factor: number): void {
  const read = usage.cacheRead ?? 0;
  const write = usage.cacheWrite ?? 0;
  const write1h = Math.min(usage.cacheWrite1h ?? 0, write);
  const add = (kind: CostKind, tokens: number, perMillion: number): void => {
    if (tokens > 0) cost[kind] = (cost[kind] ?? 0) + (tokens * perMillion * factor) / 1_000_000;
  };
  add('input', Math.max(0, (usage.input ?? 0) - read - write), rates.input);
  add('output', usage.output ?? 0, rates.output);
  add('cache_read', read, rates.cacheRead);
  // Without the split, the API's default lifetime of 5 minutes applies.
  add('cache_write_5m', write - write1h, rates.cacheWrite5m);
  add('cache_write_1h', write1h, rates.cacheWrite1h);
}

/** The sum of `cost`, in USD. */
export function totalCost(cost: Cost): number {
  let sum = 0;
  for (const kind of COST_KINDS) sum += cost[kind] ?? 0;
  return sum;
}

/** The maximum number of models whose price is cached. */
const MAX_REMEMBERED = 100;

/** `priceOf` with a cache, because the same few models are looked up at every call. */
export function priceFinder(prices: PriceTable): (model: string) => Price | undefined {
  const known = new Map<string, Price | undefined>();
  return (model) => {
    if (known.has(model)) return known.get(model);
    const price = priceOf(model, prices);
    if (known.size < MAX_REMEMBERED) known.set(model, price);
    return price;
  };
}
