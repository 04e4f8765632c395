/**
 * Counters whose adds are summed up until metrics are collected. OpenTelemetry sorts and serializes the attributes of every add to find
 * its series, which is most of what a counter costs. See `docs/decisions/2026-11-27-summed-adds.md`.
 */
import type { Attributes, Counter } from '@opentelemetry/api';
import type { MetricKey } from '../catalogue.ts';
import type { Instruments } from '../instruments.ts';

/** The counters that a call adds to, with attributes that are kept ready. */
const SUMMED = [
  'activeCalls',
  'calls',
  'attempts',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'cost',
] as const satisfies readonly MetricKey[];

/** The most sets of attributes that a counter sums up; what others get is added at once. */
const MAX_SETS = 5_000;
/** How long sums wait for a collection, in milliseconds. A meter provider that observes nothing gets them by the next call. */
const MAX_WAIT_MS = 60_000;

/** A counter for attributes that are the same object each time. */
class SummedCounter implements Counter {
  readonly #counter: Counter;
  /** By the object, not by what is in it. A set is here once its series exists. */
  readonly #sums = new Map<Attributes, number>();

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** The first add of a set goes on at once: the series starts when it is first seen. */
  add(value: number, attributes: Attributes): void {
    const sum = this.#sums.get(attributes);
    if (sum !== undefined) {
      this.#sums.set(attributes, sum + value);
      return;
    }
    this.#counter.add(value, attributes);
    if (this.#sums.size < MAX_SETS) this.#sums.set(attributes, 0);
  }

  /** Adds the sums to the counter. What fails is passed to `failed`, not repeated, and costs no other. */
  flush(failed: (error: unknown) => void): void {
    for (const [attributes, sum] of this.#sums) {
      if (sum === 0) continue;
      this.#sums.set(attributes, 0);
      try {
        this.#counter.add(sum, attributes);
      } catch (error) {
        failed(error);
      }
    }
  }
}

/** The counters of a meter provider that are summed up. */
export class SummedCounters {
  /** `instruments`, with counters that sum up. */
  readonly instruments: Instruments;
  readonly #counters: readonly SummedCounter[];
  #flushedAt = performance.now();

  constructor(instruments: Instruments) {
    const summed = Object.fromEntries(SUMMED.map((key) => [key, new SummedCounter(instruments[key])]));
    this.#counters = Object.values(summed);
    this.instruments = { ...instruments, ...summed };
    // OpenTelemetry runs all callbacks before it reads a counter.
    instruments.startTime.addCallback(() => this.#flush());
  }

  /** Adds the sums if nothing has collected metrics for a minute. */
  flushIfLate(): void {
    if (performance.now() - this.#flushedAt > MAX_WAIT_MS) this.#flush();
  }

  /** Throws the first failure, after all the rest. */
  #flush(): void {
    this.#flushedAt = performance.now();
    const failures: unknown[] = [];
    for (const counter of this.#counters) counter.flush((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
