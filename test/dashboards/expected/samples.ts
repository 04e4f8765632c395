/** Where an estimate of measured values may lie. */
import type { Range } from '../support/records.ts';
import { type Amount, type Groups, sum } from '../support/sums.ts';

/** Ranges by the values of labels. */
export type Samples = Map<string, Range[]>;

export function samples(entries: readonly (readonly [key: string, value: Range | undefined])[]): Samples {
  const found: Samples = new Map();
  for (const [key, value] of entries) {
    if (value !== undefined) found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}

/** Where a quantile may be estimated: from the bucket of the least to the one of the most that it can be. */
export function quantiles(phi: number, all: Samples, bounds: readonly number[]): Groups {
  return Object.fromEntries(
    [...all].map(([key, values]) => {
      const bucketOf = (end: 0 | 1) => {
        const sorted = values.map((value) => value[end]).toSorted((a, b) => a - b);
        const value = sorted[Math.ceil(phi * values.length) - 1] as number;
        const index = bounds.findIndex((bound) => value <= bound);
        return index === -1 ? bounds.length : index;
      };
      return [key, [bounds[bucketOf(0) - 1] ?? 0, bounds[bucketOf(1)] ?? Number.POSITIVE_INFINITY] as const];
    }),
  );
}

/** How many `values` are at most each of `only`, times `factor`. */
export function buckets(
  values: readonly Range[],
  factor: number,
  only: readonly number[],
): Record<string, Amount> {
  const until = (bound: number, end: 0 | 1) => factor * values.filter((value) => value[end] <= bound).length;
  return Object.fromEntries(only.map((bound) => [String(bound), [until(bound, 1), until(bound, 0)]]));
}

/** The sum of ranges. */
export function total(values: readonly Range[]): Range {
  return [sum(values.map(([low]) => low)), sum(values.map(([, high]) => high))];
}

/** Where `part / whole` lies. */
export function ratio(part: Range, whole: Range): Range {
  return [part[0] / whole[1], whole[0] === 0 ? Number.POSITIVE_INFINITY : part[1] / whole[0]];
}
