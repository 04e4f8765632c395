/**
 * Reads top-level fields of a JSON request body without parsing it. A body can be megabytes of prompt, and only a few numbers and
 * words at its top level are needed.
 */
import { parseJson } from '../parse-json.ts';

/** The fields that are read. None of them holds content. */
const WANTED: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'speed',
]);

/** Field values by name. */
export type BodyFields = Readonly<Record<string, unknown>>;

/** The wanted fields of `body`: an object, or JSON text. Empty when it is neither. */
export function bodyFields(body: unknown): BodyFields {
  if (typeof body === 'object' && body !== null) return body as BodyFields;
  return typeof body === 'string' && body.startsWith('{') ? scan(body) : {};
}

/** The model that `body`, an object or JSON text, names. Text is read only up to its model. */
export function modelOf(body: unknown): string | undefined {
  const { model } = typeof body === 'string' && body.startsWith('{') ? scan(body, 'model') : bodyFields(body);
  return typeof model === 'string' ? model : undefined;
}

/** `last` is the last field that is needed. */
function scan(json: string, last?: string): BodyFields {
  const fields: Record<string, unknown> = {};
  let at = 1;
  while (at < json.length) {
    at = json.indexOf('"', at);
    if (at === -1) break;
    const keyEnd = stringEnd(json, at);
    const key = json.slice(at + 1, keyEnd);
    const start = skip(json, keyEnd + 1, /[\s:]*/y);
    const end = valueEnd(json, start);
    const scalar = json[start] !== '{' && json[start] !== '[';
    if (scalar && WANTED.has(key)) fields[key] = parseJson(json.slice(start, end));
    if (key === last) break;
    at = end;
    // A closing brace follows the last member.
    if (json[skip(json, at, /\s*/y)] !== ',') break;
  }
  return fields;
}

function valueEnd(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return stringEnd(json, start) + 1;
  if (first !== '{' && first !== '[') return skip(json, start, /[^,}\s]*/y);
  const token = /["{}[\]]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(json); found; found = token.exec(json)) {
    if (found[0] === '"') token.lastIndex = stringEnd(json, found.index) + 1;
    else if (found[0] === '{' || found[0] === '[') depth++;
    else if (--depth === 0) return token.lastIndex;
  }
  return json.length;
}

/** The position of the quote that ends the string that starts at `start`. */
function stringEnd(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

function skip(json: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.test(json) ? pattern.lastIndex : from;
}
