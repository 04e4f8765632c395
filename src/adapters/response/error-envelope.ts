/**
 * Reads the API's error envelope (https://platform.claude.com/docs/en/api/errors) when the SDK reads it. The SDK reads the body of an
 * error response once, with `text()`, when it gives up. It never reads the body of an attempt that it retries. Nothing is cloned or
 * read ahead. So the SDK gets the same body at the same time as without this package, even if the body breaks or stalls.
 */
import { field, parseJson } from '../parse-json.ts';

/** The fields of an error envelope, as the API sent them, of any length. */
export interface ErrorEnvelope {
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** The maximum length of a body that is parsed, in UTF-16 units. Envelopes have a few hundred. */
const MAX_LENGTH = 64 * 1024;

/** Parses the envelope in `text`. Returns an empty object if there is none. */
export function parseEnvelope(text: string): ErrorEnvelope {
  if (text.length > MAX_LENGTH) return {};
  const body = parseJson(text);
  const error = field(body, 'error');
  return {
    type: string(field(error, 'type')),
    code: string(field(field(error, 'details'), 'error_code')),
    message: string(field(error, 'message')),
  };
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Calls `onText` when `response` is read with `text()`: with its body, or with `undefined` if the body cannot be read. `onText` must
 * not throw.
 */
export function onErrorText(response: Response, onText: (text: string | undefined) => void): void {
  const { text } = response;
  if (typeof text !== 'function') return;
  const value = async function (this: unknown, ...args: []): Promise<string> {
    let read: string | undefined;
    try {
      read = await Reflect.apply(text, this, args);
      return read as string;
    } finally {
      onText(typeof read === 'string' ? read : undefined);
    }
  };
  // A frozen response is not observed. Its status is known.
  Reflect.defineProperty(response, 'text', { value, configurable: true, enumerable: false, writable: true });
}
