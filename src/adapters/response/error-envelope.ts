/**
 * The error envelope of the API (https://platform.claude.com/docs/en/api/errors), learned from the SDK's own reading of it. The SDK reads the body of an
 * error response once, with `text()`, when it gives up; of an attempt that it retries it never reads the body. Nothing is cloned or read ahead, so the SDK
 * gets from the body what it gets without this package, at the same time, also where the body breaks or stalls.
 */
import { field, parseJson } from '../parse-json.ts';

/** What an error envelope states. Every field is as the API sent it, of any length. */
export interface ErrorEnvelope {
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** The longest body that is parsed, in UTF-16 units. Envelopes have some hundred. */
const MAX_LENGTH = 64 * 1024;

/** The envelope in `text`; empty where there is none. */
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
 * Calls `onText` when `response` is read with `text()`: with its body, or with `undefined` where the body cannot be read.
 * `onText` must not throw.
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
  // A response that is frozen stays unobserved: its status is known.
  Reflect.defineProperty(response, 'text', { value, configurable: true, enumerable: false, writable: true });
}
