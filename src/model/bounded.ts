import { OTHER } from './errors.ts';
import { MAX_LABEL } from './text.ts';

/** Keeps the values of a metric attribute bounded: the first `limit` distinct ones, none of them too long, then `_OTHER`. */
export class BoundedValues {
  readonly #seen = new Set<string>();
  readonly #limit: number;
  readonly #maxLength: number;

  constructor(limit: number, maxLength: number = MAX_LABEL) {
    this.#limit = limit;
    this.#maxLength = maxLength;
  }

  /**
   * `value`, or `_OTHER` when `limit` other values came first or it is too long: what is left of a name that was cut names
   * something else.
   */
  of(value: string): string {
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#limit || value.length > this.#maxLength) return OTHER;
    this.#seen.add(value);
    return value;
  }
}
