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

/** Adds a header to `response`, which stays the same object: whoever observes how its body is read still does. */
export function addHeader(response: Response, name: string, value: string): Response {
  const headers = new Headers(response.headers);
  headers.set(name, value);
  // The headers of a response from `fetch` cannot be changed.
  Reflect.defineProperty(response, 'headers', { value: headers, configurable: true, enumerable: true });
  return response;
}
