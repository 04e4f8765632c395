/** Parses `text` as JSON. Returns `undefined` if it is not JSON, and never throws, because the error of `JSON.parse` quotes `text`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The field `name` of `value`, or `undefined` if `value` is not an object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
