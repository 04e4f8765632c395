import { OTHER } from './errors.ts';
import { MAX_LABEL } from './text.ts';

/**
 * Bounds the values of a metric attribute: the first `limit` distinct values are kept if they are not too long, and all others become
 * `_OTHER`.
 */
export class BoundedValues {
  readonly #seen = new Set<string>();
  readonly #limit: number;
  readonly #maxLength: number;

  constructor(limit: number, maxLength: number = MAX_LABEL) {
    this.#limit = limit;
    this.#maxLength = maxLength;
  }

  /**
   * Returns `value`, or `_OTHER` if `limit` other values came first or `value` is too long. A long name is not cut, because the rest
   * could be a different name.
   */
  of(value: string): string {
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#limit || value.length > this.#maxLength) return OTHER;
    this.#seen.add(value);
    return value;
  }
}
