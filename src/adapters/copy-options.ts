/** Copies client options without loss. */

/**
 * Returns a copy of `options`. The SDK reads some options by name, wherever they are defined. So inherited options, as on an instance
 * of a class, and non-enumerable options stay readable, and do not become enumerable own properties.
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
