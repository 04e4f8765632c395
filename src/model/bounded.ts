import { OTHER } from './errors.ts';

/** Keeps the values of a metric attribute bounded: the first `limit` distinct ones, then `_OTHER`. */
export class BoundedValues {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `value`, or `_OTHER` when `limit` other values came first. */
  of(value: string): string {
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#limit) return OTHER;
    this.#seen.add(value);
    return value;
  }
}
