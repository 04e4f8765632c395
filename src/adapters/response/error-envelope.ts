import { parseJson } from '../parse-json.ts';

/** The error envelope of the API: https://platform.claude.com/docs/en/api/errors. */

/** What an error envelope says. Every field is as the API sent it, of any length. */
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

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
