/** Turns what a scenario came to into plain data that two processes can compare. */

/** How identities are compared: the position in what `fetch` threw or returned. */
export interface Identities {
  readonly thrown: readonly unknown[];
  readonly responses: readonly unknown[];
}

const MAX_DEPTH = 12;

/** Fields that differ between any two connections or responses; so do rate limits. */
const VARYING: ReadonlySet<string> = new Set(['localPort', 'remotePort', 'date']);

/** `value` as plain data. Errors keep class, fields and the identity of their causes; ids and dates go. */
export function plain(value: unknown, identities: Identities, depth = 0): unknown {
  const { thrown, responses } = identities;
  if (value === undefined) return '[undefined]';
  if (typeof value === 'string') return withoutIds(value);
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value === 'symbol' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (responses.includes(value)) return `[response ${responses.indexOf(value)} of fetch]`;
  const inner = (each: unknown): unknown => plain(each, identities, depth + 1);
  if (value instanceof Error) return plainError(value, thrown, inner);
  if (value instanceof Headers) return [...value.keys()].filter((name) => name !== 'date');
  if (value instanceof AbortSignal) return '[signal]';
  if (value instanceof Response) return { response: value.status, type: value.type, used: value.bodyUsed };
  if (ArrayBuffer.isView(value)) return { bytes: withoutIds(Buffer.from(value.buffer).toString('utf8')) };
  if (Array.isArray(value)) return value.map(inner);
  const known = Object.entries(value).filter(
    ([key]) => !VARYING.has(key) && !key.startsWith('anthropic-ratelimit-'),
  );
  return Object.fromEntries(known.map(([key, each]) => [key, inner(each)]));
}

function plainError(error: Error, thrown: readonly unknown[], inner: (each: unknown) => unknown): unknown {
  const fields = error as unknown as Record<string, unknown>;
  return {
    classes: classesOf(error),
    name: error.name,
    message: withoutIds(error.message),
    stacked: typeof error.stack === 'string',
    fields: Object.keys(error)
      .filter((key) => !['cause', 'requestID', 'request_id'].includes(key))
      .map((key) => [key, inner(fields[key])]),
    hasCause: 'cause' in error,
    thrownByFetch: thrown.indexOf(error),
    causeThrownByFetch: thrown.indexOf(error.cause),
    cause: inner(error.cause),
  };
}

/** The names of the classes that `value` is of, the nearest first. */
export function classesOf(value: object): string[] {
  const names: string[] = [];
  for (
    let prototype = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    names.push(String(prototype.constructor?.name));
  }
  return names;
}

/** `text` without what differs between any two runs. */
export function withoutIds(text: string): string {
  return text
    .replace(/\b(msg|req|req_vrtx|toolu|msgbatch)_01\w+/g, '$1')
    .replace(/127\.0\.0\.1:\d+/g, 'server')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replace(/\b\d+(\.\d+)?ms\b/g, 'ms')
    .replace(/\blog_\w+/g, 'log');
}
