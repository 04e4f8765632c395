/** Copies client options as faithfully as the SDK reads them. */

/**
 * A copy of `options`. The SDK takes some of its options by name, wherever they are: those that are inherited, as by an instance of
 * a class, or not enumerable stay readable, and are no more listed than they were.
 */
export function copyOptions<Options extends object>(options: Options): Options {
  const copy = { ...options };
  for (
    let holder: object | null = options;
    holder && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const key of Reflect.ownKeys(holder)) {
      if (key in copy) continue;
      Object.defineProperty(copy, key, { get: () => Reflect.get(options, key), configurable: true });
    }
  }
  return copy;
}
