/** Tokens and USD of calls, by list prices. */
import type { CostKind } from '../../../src/model/cost.ts';
import { PRICES, WEB_SEARCH_PRICE } from '../../../src/model/prices.ts';
import { type CallRecord, HAIKU, OPUS, SONNET } from './records.ts';

/** All tokens of the input, and of the output. */
export const inputOf = ({ served }: CallRecord): number =>
  served ? served.tokens.input + served.tokens.cacheRead + served.tokens.write5m + served.tokens.write1h : 0;
export const outputOf = ({ served }: CallRecord): number =>
  served ? served.tokens.output + served.tokens.thinking : 0;
export const tokensOf =
  (...kinds: (keyof NonNullable<CallRecord['served']>['tokens'])[]) =>
  ({ served }: CallRecord): number =>
    kinds.reduce((sum, kind) => sum + (served?.tokens[kind] ?? 0), 0);

const FAMILIES: Readonly<Record<string, string>> = {
  [OPUS]: 'claude-opus-5-5',
  [SONNET]: 'claude-sonnet-5-5',
  [HAIKU]: 'claude-haiku-4-5',
};

/** USD of a call by list prices, by kind. */
export function billOf({ served }: CallRecord): Readonly<Record<CostKind, number>> {
  const none = { input: 0, output: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, web_search: 0 };
  const price = served && PRICES[FAMILIES[served.model] ?? ''];
  if (!price) return none;
  const { input, cacheRead, write5m, write1h, output, thinking } = served.tokens;
  return {
    input: (input * price.input) / 1e6,
    output: ((output + thinking) * price.output) / 1e6,
    cache_read: (cacheRead * price.cacheRead) / 1e6,
    cache_write_5m: (write5m * price.cacheWrite5m) / 1e6,
    cache_write_1h: (write1h * price.cacheWrite1h) / 1e6,
    web_search: served.searches * WEB_SEARCH_PRICE,
  };
}

/** USD of a call. */
export function costOf(call: CallRecord): number {
  return Object.values(billOf(call)).reduce((sum, usd) => sum + usd, 0);
}

/** What reading from the cache saved, and what writing to it cost more than plain input. */
export function cacheBill(calls: readonly CallRecord[]): { saved: number; extra: number } {
  let [saved, extra] = [0, 0];
  for (const call of calls) {
    const price = call.served && PRICES[FAMILIES[call.served.model] ?? ''];
    if (!price) continue;
    const bill = billOf(call);
    saved += (tokensOf('cacheRead')(call) * price.input) / 1e6 - bill.cache_read;
    extra +=
      bill.cache_write_5m + bill.cache_write_1h - (tokensOf('write5m', 'write1h')(call) * price.input) / 1e6;
  }
  return { saved, extra };
}
