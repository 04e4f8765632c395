/** What an application can see of a value or an error, as plain data that two runs can compare. */

const MAX_DEPTH = 8;

/** `value` as plain data. Of an error its classes, words and fields, and the same of its causes. */
export function seen(value: unknown, depth = 0): unknown {
  if (value === undefined) return '[undefined]';
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  const inner = (each: unknown): unknown => seen(each, depth + 1);
  if (value instanceof Error) return seenError(value, inner);
  if (value instanceof Headers) return [...value.keys()];
  if (Array.isArray(value)) return value.map(inner);
  const names = Object.getOwnPropertyNames(value).filter((name) => !VARYING.has(name));
  return Object.fromEntries(names.map((name) => [name, inner((value as Record<string, unknown>)[name])]));
}

/** What differs between any two connections. */
const VARYING: ReadonlySet<string> = new Set([
  'stack',
  'localPort',
  'remotePort',
  'bytesWritten',
  'bytesRead',
]);

function seenError(error: Error, inner: (each: unknown) => unknown): unknown {
  const fields = error as unknown as Record<string, unknown>;
  const names = Object.getOwnPropertyNames(error).filter((name) => !VARYING.has(name) && name !== 'cause');
  return {
    classes: classesOf(error),
    name: error.name,
    ...Object.fromEntries(names.map((name) => [name, inner(fields[name])])),
    cause: inner(error.cause),
  };
}

function classesOf(error: Error): string[] {
  const classes: string[] = [];
  let prototype: unknown = Object.getPrototypeOf(error);
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    classes.push(prototype.constructor.name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return classes;
}
