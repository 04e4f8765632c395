/** What the application states of a call, so that cost and failures can be split by team, feature, tenant and the like. */

/** The values that the application gave a call, by key. Fixed when the call starts. */
export interface Attribution {
  /** Of every key: for spans and log records. */
  readonly all: Readonly<Record<string, string>>;
  /** Of the keys that are declared: for metrics. */
  readonly declared: Readonly<Record<string, string>>;
  /** Stands for the declared values. */
  readonly declaredKey: string;
}

/** A value that a hook of the application adds to a call. */
export type AddedValue = string | number | boolean | string[];

/** The most keys that become labels of metrics. */
export const MAX_DECLARED_KEYS = 3;

/** The most keys of a call; further ones are dropped. */
export const MAX_KEYS = 10;

/** The form of a key: what is left of it in a Prometheus label names it still. */
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,39}$/;

/** What a key has to be, for an error message. */
export const KEY_FORM = 'a letter and at most 39 more letters, digits or _ . -';

/** Whether `value` can be a key. */
export function isAttributionKey(value: unknown): value is string {
  return typeof value === 'string' && KEY.test(value);
}

/**
 * What a call carries, of the sources in the order in which they win over each other.
 *
 * @param sources values by key, the weakest source first
 * @param keys the declared keys
 */
export function attributionOf(
  sources: readonly (Readonly<Record<string, string>> | undefined)[],
  keys: readonly string[],
): Attribution | undefined {
  const merged = Object.assign(Object.create(null) as Record<string, string>, ...sources);
  const entries = Object.entries<string>(merged);
  if (entries.length === 0) return undefined;
  // In the order of the keys, so that equal values make an equal key.
  const declared = keys.flatMap((key) => entries.filter(([name]) => name === key));
  const others = entries.filter(([key]) => !keys.includes(key));
  return {
    all: Object.fromEntries([...declared, ...others].slice(0, MAX_KEYS)),
    declared: Object.fromEntries(declared),
    declaredKey: JSON.stringify(declared),
  };
}
