/** Replaces the client classes among the exports of a module of the SDK. */
import { type AddTelemetry, type ClientClass, type CompleteClient, observedClass } from './observed-class.ts';

type Exports = Record<PropertyKey, unknown>;

/**
 * The exports of a module with the classes named in `names` (and the default export, if it is one of them) replaced by
 * observed ones. On ESM the exports are set in place. On CJS they are getters on a callable function, so the
 * result is a proxy over them.
 */
export function patchExports(
  exports: object,
  names: readonly string[],
  add: AddTelemetry,
  complete?: CompleteClient,
): object {
  const original = exports as Exports;
  const observed = new Map<unknown, ClientClass>();
  for (const name of names) {
    const value = original[name];
    if (typeof value === 'function') observed.set(value, observedClass(value as ClientClass, add, complete));
  }
  if (observed.size === 0) return exports;
  const replaced = new Map<PropertyKey, ClientClass>();
  for (const key of ['default', ...names]) {
    const replacement = observed.get(original[key]);
    if (replacement) replaced.set(key, replacement);
  }
  if (isEsModule(exports)) {
    for (const [key, replacement] of replaced) original[key] = replacement;
    return exports;
  }
  return proxyExports(exports, replaced);
}

function proxyExports(exports: object, replaced: ReadonlyMap<PropertyKey, ClientClass>): object {
  const main = replaced.get('default');
  return new Proxy(exports, {
    get: (target, key, receiver) => replaced.get(key) ?? Reflect.get(target, key, receiver),
    // What `export * from` compiles to copies descriptors.
    getOwnPropertyDescriptor(target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      const value = replaced.get(key);
      return descriptor?.configurable && value
        ? { value, enumerable: descriptor.enumerable ?? true, configurable: true, writable: true }
        : descriptor;
    },
    // The CJS module itself is a function that makes a client, with and without `new`.
    apply: (target, self, args) => (main ? new main(...args) : Reflect.apply(target as never, self, args)),
    construct: (target, args, newTarget) =>
      main ? new main(...args) : Reflect.construct(target as never, args, newTarget),
  });
}

function isEsModule(exports: object): boolean {
  return (exports as Exports)[Symbol.toStringTag] === 'Module';
}
