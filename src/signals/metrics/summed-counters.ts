/**
 * Counters that sum up adds until metrics are collected. OpenTelemetry sorts and serializes the attributes of every add to find its
 * series, which is most of a counter's cost. See `docs/decisions/2026-11-27-summed-adds.md`.
 */
import type { Attributes, Counter } from '@opentelemetry/api';
import type { MetricKey } from '../catalogue.ts';
import type { Instruments } from '../instruments.ts';

/** The counters that a call adds to with cached attributes. */
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

/** The maximum number of attribute sets that a counter sums up. Adds to further sets are passed on at once. */
const MAX_SETS = 5_000;
/** How long sums wait for a collection, in milliseconds. A meter provider that runs no callbacks gets them with the next call. */
const MAX_WAIT_MS = 60_000;

/** A counter for attribute objects that are reused. */
class SummedCounter implements Counter {
  readonly #counter: Counter;
  /** By object identity, not content. A set is added after its series exists. */
  readonly #sums = new Map<Attributes, number>();

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Passes on the first add of a set at once, so that its series starts when it is first seen. */
  add(value: number, attributes: Attributes): void {
    const sum = this.#sums.get(attributes);
    if (sum !== undefined) {
      this.#sums.set(attributes, sum + value);
      return;
    }
    this.#counter.add(value, attributes);
    if (this.#sums.size < MAX_SETS) this.#sums.set(attributes, 0);
  }

  /** Adds the sums to the counter. A failed add is passed to `failed`, is not repeated, and does not affect the other sums. */
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

/** The counters of a meter provider that sum up adds. */
export class SummedCounters {
  /** The given instruments, with counters that sum up adds. */
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

  /** Flushes the sums if metrics were not collected for a minute. */
  flushIfLate(): void {
    if (performance.now() - this.#flushedAt > MAX_WAIT_MS) this.#flush();
  }

  /** Flushes all sums, then throws the first failure. */
  #flush(): void {
    this.#flushedAt = performance.now();
    const failures: unknown[] = [];
    for (const counter of this.#counters) counter.flush((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
