/** Responses that a policy gives in place of the API: the SDK makes its own error classes of them. */
import type { DecisionName } from '../model/decision.ts';
import { DECISION_HEADER } from './failure.ts';

/** A rejection without a request. */
export interface Rejection {
  readonly decision: DecisionName;
  readonly status: number;
  /** `error.type` of the envelope, as the API has it for the status. */
  readonly type: string;
  readonly message: string;
  /** For `retry-after`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * A response that the SDK turns into the error class of its status. The error's `errorCode` is the name of the decision, and the
 * SDK does not retry it.
 */
export function rejection({ decision, status, type, message, retryAfterMs }: Rejection): Response {
  const body = {
    type: 'error',
    error: { type, message, details: { error_code: decision } },
    request_id: null,
  };
  const headers = new Headers({
    'content-type': 'application/json',
    'x-should-retry': 'false',
    [DECISION_HEADER]: decision,
  });
  if (retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  return new Response(JSON.stringify(body), { status, headers });
}

/** `response` with more headers. Its body is passed on as it comes. */
export function withHeaders(response: Response, added: Readonly<Record<string, string>>): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
