/** What a failed attempt means to the policies. */
import { errorType, isBillingRefusal } from '../model/errors.ts';
import { parseRetryAfter } from '../model/retry-after.ts';
import { isRecord } from './request-facts.ts';

/** The kinds of failures that policies distinguish. */
export type FailureKind =
  | 'rate_limit'
  | 'overloaded'
  | 'server_error'
  | 'gateway_timeout'
  | 'timeout'
  | 'connection'
  | 'authentication'
  | 'billing'
  | 'client';

/** Every kind. */
export const FAILURE_KINDS: readonly FailureKind[] = [
  'rate_limit',
  'overloaded',
  'server_error',
  'gateway_timeout',
  'timeout',
  'connection',
  'authentication',
  'billing',
  'client',
];

/** A failed attempt. */
export interface Failure {
  readonly kind: FailureKind;
  readonly errorType: string;
  /** The HTTP status, if a response came. */
  readonly status?: number | undefined;
  /** How long the API asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** When, as the API states, an empty rate limit is full again, in Unix milliseconds. */
  readonly resetAt?: number | undefined;
  /** What the API states of a retry with `x-should-retry`. */
  readonly shouldRetry?: boolean | undefined;
  /** Whether a policy made the response: the request was not sent. */
  readonly local: boolean;
}

/** The header of a response that a policy made or changed. Its value is the name of the decision. */
export const DECISION_HEADER = 'anthropic-otel-decision';

/** Statuses whose body states whether the account may not spend more. */
const BILLING_STATUSES: ReadonlySet<number> = new Set([400, 402, 403, 429]);

/** How long the body of an error is waited for, in milliseconds. */
const MAX_BODY_WAIT = 2_000;

/** An attempt that failed, and the response to hand on: reading a body replaces it. */
export interface FailedResponse {
  readonly failure: Failure;
  readonly response: Response;
}

const known = new WeakMap<Response, Failure>();

/** Reads what `response`, which is no success, states. */
export async function readFailure(response: Response, now: number): Promise<FailedResponse> {
  const failure = known.get(response);
  if (failure) return { failure, response };
  const { status } = response;
  if (!BILLING_STATUSES.has(status)) return remember(response, failureOf(response, now, undefined));
  const replacement = await bufferFailure(response);
  return remember(replacement, failureOf(response, now, await replacement.clone().text()));
}

/** What `error`, thrown in place of a response, means; `undefined` when it is no failure of the connection. */
export function thrownFailure(error: unknown): Failure | undefined {
  const timeout = isTimeout(error);
  if (!timeout && !isConnectionError(error)) return undefined;
  return {
    kind: timeout ? 'timeout' : 'connection',
    errorType: timeout ? 'client_timeout_error' : 'connection_error',
    local: false,
  };
}

/** Whether the SDK takes `error` for a timeout, if the application did not abort: its own rule. */
export function isTimeout(error: unknown): boolean {
  if (!isRecord(error)) return false;
  const { name, cause } = error;
  return name === 'AbortError' || /timed? ?out/i.test(`${String(error)} ${String(cause ?? '')}`);
}

/** How far the causes of an error are followed. */
const MAX_CAUSES = 10;

/** Whether `error` comes from the connection, and not from a middleware: by Node's error codes, or by the SDK's classes. */
function isConnectionError(error: unknown): boolean {
  let each = error;
  for (let depth = 0; depth < MAX_CAUSES && isRecord(each); depth++) {
    const { code, message, constructor: made, cause } = each;
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code) && !code.startsWith('ERR_'))
      return true;
    if (message === 'fetch failed' || message === 'terminated') return true;
    const name = typeof made === 'function' ? made.name : '';
    if (name === 'APIConnectionError' || name === 'RetryableError' || name === 'FetchError') return true;
    each = cause;
  }
  return false;
}

/** `response`, a failure, with its body read: its connection is free, and its headers can be changed. */
export async function bufferFailure(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  return new Response(await readText(response), { status, statusText, headers });
}

function remember(response: Response, failure: Failure): FailedResponse {
  known.set(response, failure);
  return { failure, response };
}

function failureOf(response: Response, now: number, text: string | undefined): Failure {
  const { status, headers } = response;
  const { type, code, message } = envelope(text);
  const billing = status === 402 || isBillingRefusal(code, message);
  const wait = parseRetryAfter(headers, now);
  const should = headers.get('x-should-retry');
  return {
    kind: billing ? 'billing' : kindOf(status),
    errorType: errorType(type, status),
    status,
    retryAfterMs: wait === undefined ? undefined : wait * 1000,
    resetAt: resetOf(headers, now),
    shouldRetry: should === 'true' ? true : should === 'false' ? false : undefined,
    local: headers.has(DECISION_HEADER),
  };
}

function kindOf(status: number): FailureKind {
  if (status === 401) return 'authentication';
  if (status === 429) return 'rate_limit';
  if (status === 529) return 'overloaded';
  if (status === 504 || status === 408) return 'gateway_timeout';
  return status >= 500 ? 'server_error' : 'client';
}

/** When the limits that have nothing left are full again. */
function resetOf(headers: Headers, now: number): number | undefined {
  const resets = ['requests', 'input-tokens', 'output-tokens', 'tokens']
    .filter((name) => headers.get(`anthropic-ratelimit-${name}-remaining`) === '0')
    .map((name) => Date.parse(headers.get(`anthropic-ratelimit-${name}-reset`) ?? ''))
    .filter((at) => at > now);
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

async function readText(response: Response): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, MAX_BODY_WAIT, '');
  });
  try {
    return await Promise.race([response.text(), late]);
  } catch {
    return '';
  } finally {
    clearTimeout(timer);
  }
}

function envelope(text: string | undefined): { type?: string; code?: string; message?: string } {
  let body: unknown;
  try {
    body = JSON.parse(text ?? '');
  } catch {
    return {};
  }
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const details = isRecord(error['details']) ? error['details'] : {};
  const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const [type, code, message] = [error['type'], details['error_code'], error['message']].map(string);
  return {
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
  };
}
