/** The value that `text` is JSON of; `undefined` when it is none. Never throws: the error of `JSON.parse` quotes `text`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The field `name` of `value`, or `undefined` when `value` is no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
