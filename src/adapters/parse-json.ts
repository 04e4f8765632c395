/** The value that `text` is JSON of; `undefined` when it is none. Never throws: the error of `JSON.parse` quotes `text`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
