/** State that all copies of this package in the process, ES module and CommonJS, share through the global object. */

/** The replacement if the global object accepts nothing new, as in a hardened realm. Each copy then has its own. */
const local = new Map<symbol, unknown>();

/** The value stored under `key`. */
export function getProcessWide(key: symbol): unknown {
  return local.get(key) ?? Reflect.get(globalThis, key);
}

/** The value stored under `key`, which is set to `make()` on first use. */
export function processWide<Value>(key: symbol, make: () => Value): Value {
  let value = getProcessWide(key) as Value | undefined;
  if (value === undefined) {
    value = make();
    setProcessWide(key, value);
  }
  return value;
}

/** Stores `value` under `key`. */
export function setProcessWide(key: symbol, value: unknown): void {
  if (!Reflect.set(globalThis, key, value)) local.set(key, value);
}
