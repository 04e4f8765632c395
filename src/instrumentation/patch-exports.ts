/** Replaces the client classes among the exports of a module of the SDK. */
import { type AddTelemetry, type ClientClass, type CompleteClient, observedClass } from './observed-class.ts';

type Exports = Record<PropertyKey, unknown>;

/**
 * The exports of a module with the classes named in `names` (and the default export, if it is one of them) replaced by
 * observed ones. On ESM the exports are set in place. On CJS they are getters on a callable function, so the
 * result is a copy.
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
  return copyExports(exports, replaced);
}

/** A copy, because getters and frozen exports cannot be replaced in place. It can be changed as much as the original. */
function copyExports(exports: object, replaced: ReadonlyMap<PropertyKey, ClientClass>): object {
  const main = replaced.get('default');
  const copy = typeof exports === 'function' ? callable(main ?? (exports as ClientClass)) : {};
  Object.setPrototypeOf(copy, Object.getPrototypeOf(exports));
  for (const key of Reflect.ownKeys(exports)) {
    const value = replaced.get(key);
    const { get, ...original } = Reflect.getOwnPropertyDescriptor(exports, key) ?? {};
    if (!value) Object.defineProperty(copy, key, get ? { ...original, get } : original);
    else if (get) Object.defineProperty(copy, key, { ...original, get: () => value });
    else Object.defineProperty(copy, key, { ...original, value });
  }
  if (!Object.isExtensible(exports)) Object.preventExtensions(copy);
  return copy;
}

/** The CJS module itself is a function that makes a client, with and without `new`. */
function callable(main: ClientClass): object {
  return function anthropic(...args: unknown[]): object {
    return new main(...(args as ConstructorParameters<ClientClass>));
  };
}

function isEsModule(exports: object): boolean {
  return (exports as Exports)[Symbol.toStringTag] === 'Module';
}
