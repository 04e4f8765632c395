/** Remembers what was made for a key. Once full it makes everything anew, and stays as large as it is. */
export class BoundedCache<Value> {
  readonly #made = new Map<string, Value>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What `make` made for `key`, the first time that it was asked for. */
  get(key: string, make: () => Value): Value {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#made.size < this.#limit) this.#made.set(key, made);
    return made;
  }
}
