/** Values that the application attaches to a call, to split cost and failures by team, feature, tenant and so on. */

/** The values that the application gave a call, by key. Fixed when the call starts. */
export interface Attribution {
  /** The values of all keys, for spans and log records. */
  readonly all: Readonly<Record<string, string>>;
  /** The values of the declared keys, for metrics. */
  readonly declared: Readonly<Record<string, string>>;
  /** Identifies the declared values. */
  readonly declaredKey: string;
}

/** A value that the application's hook adds to a call. */
export type AddedValue = string | number | boolean | string[];

/** The maximum number of keys that become metric labels. */
export const MAX_DECLARED_KEYS = 3;

/** The maximum number of keys of a call. Further keys are dropped. */
export const MAX_KEYS = 10;

/** The form of a key. It keeps a key recognizable as a Prometheus label. */
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,39}$/;

/** The form of a key, in words for an error message. */
export const KEY_FORM = 'a letter and at most 39 more letters, digits or _ . -';

/** Whether `value` can be a key. */
export function isAttributionKey(value: unknown): value is string {
  return typeof value === 'string' && KEY.test(value);
}

/**
 * Merges the attribution of a call from its sources.
 *
 * @param sources values by key, in increasing precedence
 * @param keys the declared keys
 */
export function attributionOf(
  sources: readonly (Readonly<Record<string, string>> | undefined)[],
  keys: readonly string[],
): Attribution | undefined {
  const merged = Object.assign(Object.create(null) as Record<string, string>, ...sources);
  const entries = Object.entries<string>(merged);
  if (entries.length === 0) return undefined;
  // Ordered by key, so that equal values give an equal key.
  const declared = keys.flatMap((key) => entries.filter(([name]) => name === key));
  const others = entries.filter(([key]) => !keys.includes(key));
  return {
    all: Object.fromEntries([...declared, ...others].slice(0, MAX_KEYS)),
    declared: Object.fromEntries(declared),
    declaredKey: JSON.stringify(declared),
  };
}
