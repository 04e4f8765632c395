/** Attribution: who a call is for, from the async context, baggage and the options. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, propagation } from '@opentelemetry/api';
import { expected, isObject } from './checks.ts';
import {
  type Attribution,
  attributionOf,
  isAttributionKey,
  KEY_FORM,
  MAX_KEYS,
} from './model/attribution.ts';
import { clean } from './model/text.ts';
import { printable } from './option-names.ts';
import { processWide } from './ports/process-wide.ts';

type Values = Readonly<Record<string, string>>;

/** Shared by every copy of this package: the application may import it as an ES module while its libraries use `require`. */
const KEY = Symbol.for('anthropic-otel.attributes');

let shared: AsyncLocalStorage<Values> | undefined;

function storage(): AsyncLocalStorage<Values> {
  shared ??= processWide(KEY, () => new AsyncLocalStorage<Values>());
  return shared;
}

/**
 * Runs `fn` so that every call that starts in it, including after an `await`, has `attributes`: as `anthropic.attribution.<key>` on its spans, as
 * `attribution` in its log records, and, for the keys in `attributionKeys`, as a label on its calls, attempts, tokens and cost.
 *
 * If you nest it, the inner value of each key wins. A call keeps the values that it started with. Works without an OpenTelemetry context manager.
 *
 * @param attributes at most 10 values by key. A key is a letter and at most 39 more letters, digits or `_ . -`. A value that is `undefined`,
 * `null` or empty keeps the outer one. A value of more than 256 characters is cut; in metrics, a value of more than 128 is `_OTHER`.
 * @param fn the function to run
 * @returns the result of `fn`
 * @throws TypeError for wrong attributes, naming the key, or if `fn` is not a function
 *
 * @example
 * app.use((request, response, next) => withAttributes({ team: 'search', tenant: request.tenant }, next));
 *
 * @example
 * const message = await withAttributes({ feature: 'summary' }, () => client.messages.create(params));
 */
export function withAttributes<Result>(
  attributes: Readonly<Record<string, string | null | undefined>>,
  fn: () => Result,
): Result {
  const given = readAttributes('attributes', attributes);
  if (typeof fn !== 'function') throw expected('fn', 'a function', fn);
  const store = storage();
  return store.run({ ...store.getStore(), ...given }, fn);
}

/**
 * The values in `attributes`, by key, clean and short.
 * @throws TypeError for a wrong key or value, naming it
 */
export function readAttributes(name: string, attributes: unknown): Values {
  if (!isObject(attributes)) throw expected(name, 'an object of strings by key', attributes);
  const entries = Object.entries(attributes);
  if (entries.length > MAX_KEYS) {
    throw new TypeError(
      `anthropic-otel: expected \`${name}\` to have at most ${MAX_KEYS} keys, got ${entries.length}`,
    );
  }
  const values: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (!isAttributionKey(key)) throw expected(`a key of ${name}`, KEY_FORM, key);
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string') throw expected(`${name}.${printable(key)}`, 'a string', value);
    values[key] = clean(value);
  }
  return values;
}

/** The sources of a call's attribution. */
export interface AttributionSettings {
  /** The keys that become labels of metrics. */
  readonly attributionKeys: readonly string[];
  /** Whether the declared keys are also read from OpenTelemetry baggage. */
  readonly attributionBaggage: boolean;
  /** The values of calls that state no other. */
  readonly attributes: Values;
}

/** Finds the attribution of a call that starts now, in a given context. */
export function attributionSource({
  attributionKeys: keys,
  attributionBaggage,
  attributes,
}: AttributionSettings): (parent: Context) => Attribution | undefined {
  const otherwise = attributionOf([attributes], keys);
  const known = new WeakMap<Values, Attribution | undefined>();
  return (parent) => {
    const own = storage().getStore();
    const baggage = attributionBaggage && keys.length > 0 ? fromBaggage(keys, parent) : undefined;
    if (baggage) return attributionOf([attributes, baggage, own], keys);
    if (!own) return otherwise;
    if (!known.has(own)) known.set(own, attributionOf([attributes, own], keys));
    return known.get(own);
  };
}

/** Only the declared keys, because baggage comes from other services and may contain anything. */
function fromBaggage(keys: readonly string[], parent: Context): Values | undefined {
  const baggage = propagation.getBaggage(parent);
  if (!baggage) return undefined;
  const values: Record<string, string> = {};
  for (const key of keys) {
    const value = baggage.getEntry(key)?.value;
    if (value) values[key] = clean(value);
  }
  return values;
}
