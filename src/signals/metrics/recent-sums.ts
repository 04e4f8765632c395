/** Sums over the last 5 minutes, one for each set of attributes. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import { SlidingSum } from '../../model/sliding-sum.ts';

/** Sums up what happens, to state it when metrics are collected. Keep the sets of attributes bounded. */
export class RecentSums {
  readonly #now: () => number;
  readonly #sums = new Map<string, { readonly attributes: Attributes; readonly sum: SlidingSum }>();

  /** `now` is the monotonic time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds `amount` under `key`, whose attributes are made the first time. */
  add(key: string, amount: number, attributes: () => Attributes, at: number = this.#now()): void {
    let known = this.#sums.get(key);
    if (!known) {
      known = { attributes: attributes(), sum: new SlidingSum() };
      this.#sums.set(key, known);
    }
    known.sum.add(amount, at);
  }

  /** States every sum. One that has fallen to 0 stays, so that what watches it ends. */
  observe(result: ObservableResult): void {
    const now = this.#now();
    for (const { attributes, sum } of this.#sums.values()) result.observe(sum.sum(now), attributes);
  }
}
