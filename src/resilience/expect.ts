/** Checks of options. Each throws a `TypeError` that names the option and what was expected. */

const PREFIX = 'anthropic-otel/resilience';

/** @throws TypeError unless `value` is absent, or a number from `min` to `max` */
export function expectNumber(name: string, value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw wrong(name, `a number ${range}`, value);
  }
}

/** @throws TypeError unless `value` is absent or a function */
export function expectFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw wrong(name, 'a function', value);
}

/** @throws TypeError unless `value` is an object that has `known` fields only */
export function expectFields(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(name, 'an object', value);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${PREFIX}: unknown option \`${name}.${key}\`; known are ${known.join(', ')}`);
  }
}

/** The error for a wrong option. */
export function wrong(name: string, expected: string, value: unknown): TypeError {
  const got =
    typeof value === 'string'
      ? 'a string'
      : value === null
        ? 'null'
        : typeof value === 'number'
          ? value
          : typeof value;
  return new TypeError(`${PREFIX}: expected \`${name}\` to be ${expected}, got ${got}`);
}
