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
 * Gives each process its own series, because a process that restarts at the same address must not overwrite the last values of its
 * predecessor. A thread has its own address, and may be replaced within its process.
 */
const LIFE: Attributes = {
  [ATTR.processCreationTime]: new Date(isMainThread ? performance.timeOrigin : Date.now()).toISOString(),
};

/** Keeps sums and reports them when metrics are collected. The caller must bound the sets of attributes. */
export class RecentSums {
  readonly #now: () => number;
  /** By model and key. */
  readonly #sums = new Map<string | undefined, Map<string, RecentSum>>();

  /** `now` is the monotonic time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds `amount` under `model` and `key`. The attributes are created on first use. */
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

  /** Reports every sum. A sum that fell to 0 is still reported, so that alerts on it resolve. */
  observe(result: ObservableResult): void {
    const now = this.#now();
    for (const ofModel of this.#sums.values()) {
      for (const { attributes, sum } of ofModel.values()) result.observe(sum.sum(now), attributes);
    }
  }
}
