/** Caches the value of each key. A full cache stops growing, and then creates further values on every call. */
export class BoundedCache<Value> {
  readonly #made = new Map<string, Value>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns the value for `key`, which `make` creates on first use. */
  get(key: string, make: () => Value): Value {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#made.size < this.#limit) this.#made.set(key, made);
    return made;
  }
}
