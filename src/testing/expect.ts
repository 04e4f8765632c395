import { isObject } from './json.ts';

/** The one form of every message about a wrong option. */
function wrong(name: string, expected: string, value: unknown): TypeError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new TypeError(`Expected \`${name}\` to be ${expected}, got ${shown} (${typeof value})`);
}

/**
 * Checks that `value` is an object with no field but `known`: a misspelt option is an error, not silence.
 *
 * @throws TypeError naming the option.
 */
export function expectOptions(name: string, value: unknown, known: readonly string[]): void {
  if (!isObject(value)) throw wrong(name, 'an object', value);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`Unknown option \`${name}.${key}\`, expected one of: ${known.join(', ')}`);
    }
  }
}

/**
 * Checks a number, when one is given.
 *
 * @throws TypeError naming the option, when `value` is not a finite number of at least `min` and at most `max`.
 */
export function expectNumber(name: string, value: unknown, min = 0, max: number = Number.MAX_VALUE): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    const range = max === Number.MAX_VALUE ? `of at least ${min}` : `from ${min} to ${max}`;
    throw wrong(name, `a number ${range}`, value);
  }
}

/**
 * Checks a whole number, when one is given.
 *
 * @throws TypeError naming the option.
 */
export function expectInteger(
  name: string,
  value: unknown,
  min = 0,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw wrong(name, `a whole number ${range}`, value);
  }
}

/**
 * Checks a string, when one is given.
 *
 * @throws TypeError naming the option.
 */
export function expectString(name: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value === '')) {
    throw wrong(name, 'a non-empty string', value);
  }
}

/**
 * Checks a list, when one is given.
 *
 * @throws TypeError naming the option, or the first wrong item by its index.
 */
export function expectList(
  name: string,
  value: unknown,
  [one, many]: readonly [one: string, many: string],
  isItem: (item: unknown) => boolean,
): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) throw wrong(name, `an array of ${many}`, value);
  for (const [index, item] of value.entries()) {
    if (!isItem(item)) throw wrong(`${name}[${index}]`, one, item);
  }
}

/** Checks a list of strings, when one is given. */
export function expectStrings(name: string, value: unknown): void {
  expectList(
    name,
    value,
    ['a non-empty string', 'non-empty strings'],
    (item) => typeof item === 'string' && item !== '',
  );
}

/**
 * Checks a function, when one is given.
 *
 * @throws TypeError naming the option.
 */
export function expectFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw wrong(name, 'a function', value);
}
