/** What policies learn of the API and share in the process: by key, model class or path. */
import { processWide } from '../ports/process-wide.ts';
import { type Clock, systemClock } from './clock.ts';

/** How many keys are remembered of each kind. The one that was not used for longest makes room. */
const MAX_KEYS = 1_000;

type Kinds = Map<string, Map<string, unknown>>;

/** A clock of its own has a state of its own: tests and simulations do not meet. */
const byClock = new WeakMap<Clock, Kinds>();

/** The value of `kind` for `key`, which is `make()` the first time. */
export function sharedState<Value>(clock: Clock, kind: string, key: string, make: () => Value): Value {
  const values = valuesOf(clock, kind);
  let value = values.get(key) as Value | undefined;
  // The last used is the last in order.
  if (value !== undefined) values.delete(key);
  value ??= make();
  values.set(key, value);
  if (values.size > MAX_KEYS) values.delete(values.keys().next().value as string);
  return value;
}

/** Every value of `kind`. */
export function allShared<Value>(clock: Clock, kind: string): ReadonlyMap<string, Value> {
  return valuesOf(clock, kind) as ReadonlyMap<string, Value>;
}

function valuesOf(clock: Clock, kind: string): Map<string, unknown> {
  const kinds = kindsOf(clock);
  let values = kinds.get(kind);
  if (!values) {
    values = new Map();
    kinds.set(kind, values);
  }
  return values;
}

function kindsOf(clock: Clock): Kinds {
  if (clock === systemClock) {
    return processWide(Symbol.for('anthropic-otel.resilience.state'), () => new Map());
  }
  let kinds = byClock.get(clock);
  if (!kinds) {
    kinds = new Map();
    byClock.set(clock, kinds);
  }
  return kinds;
}
