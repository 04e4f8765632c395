/** Sums over the last 5 minutes, one for each set of attributes. */
import { isMainThread } from 'node:worker_threads';
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import { SlidingSum } from '../../model/sliding-sum.ts';
import { ATTR } from '../names.ts';

interface RecentSum {
  readonly attributes: Attributes;
  readonly sum: SlidingSum;
}

/**
 * A process that restarts at the same address must not replace what the one before it stated last: each has series of its own. A thread has an
 * address of its own, and may be replaced within its process.
 */
const LIFE: Attributes = {
  [ATTR.processCreationTime]: new Date(isMainThread ? performance.timeOrigin : Date.now()).toISOString(),
};

/** Sums up what happens, to state it when metrics are collected. Keep the sets of attributes bounded. */
export class RecentSums {
  readonly #now: () => number;
  /** By model and key. */
  readonly #sums = new Map<string | undefined, Map<string, RecentSum>>();

  /** `now` is the monotonic time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds `amount` under `key` of `model`, whose attributes are made the first time. */
  add(
    model: string | undefined,
    key: string,
    amount: number,
    attributes: () => Attributes,
    at: number = this.#now(),
  ): void {
    let ofModel = this.#sums.get(model);
    if (!ofModel) {
      ofModel = new Map();
      this.#sums.set(model, ofModel);
    }
    let known = ofModel.get(key);
    if (!known) {
      known = { attributes: { ...attributes(), ...LIFE }, sum: new SlidingSum() };
      ofModel.set(key, known);
    }
    known.sum.add(amount, at);
  }

  /** States every sum. One that has fallen to 0 stays, so that what watches it ends. */
  observe(result: ObservableResult): void {
    const now = this.#now();
    for (const ofModel of this.#sums.values()) {
      for (const { attributes, sum } of ofModel.values()) result.observe(sum.sum(now), attributes);
    }
  }
}
