/** Checks values that the application passes in. The errors name the value and what was expected. */
import { printable } from './option-names.ts';

/** @throws TypeError if `value` is given and does not satisfy the check */
export function check(name: string, value: unknown, what: string, holds: (value: unknown) => boolean): void {
  if (value !== undefined && !holds(value)) throw expected(name, what, value);
}

/** @throws TypeError when `value` is neither a boolean nor absent */
export function checkFlag(name: string, value: unknown): void {
  check(name, value, 'a boolean', (given) => typeof given === 'boolean');
}

/** @throws TypeError when `value` is neither a function nor absent */
export function checkFunction(name: string, value: unknown): void {
  check(name, value, 'a function', (given) => typeof given === 'function');
}

/** @throws TypeError when `value` is given and lacks a method of `names` */
export function checkMethods(name: string, value: unknown, names: readonly string[]): void {
  const has = (each: string): boolean => {
    try {
      return typeof (value as Record<string, unknown>)[each] === 'function';
    } catch {
      // What cannot be asked now, a logger that is made at its first use, may have it later.
      return true;
    }
  };
  check(name, value, `an object with ${names.join(', ')}`, (given) => given !== null && names.every(has));
}

/** The error for a `value` that is not what was expected. */
export function expected(name: string, what: string, value: unknown): TypeError {
  const shown = typeof value === 'string' ? `"${printable(value)}"` : value === null ? 'null' : typeof value;
  return new TypeError(`anthropic-otel: expected \`${name}\` to be ${what}, got ${shown}`);
}

/** Whether `value` is a non-empty string. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Whether `value` is an object but not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
