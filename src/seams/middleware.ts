/**
 * The attempt middleware: runs once per HTTP attempt, inside the SDK's retry loop, and tells the call what the API
 * answered. It goes last in the client's list, so that it times the wire and sees each replay that another middleware
 * makes. It never touches the request, and never reads the body that the client needs.
 */
import { context, trace } from '@opentelemetry/api';
import type { Answer, Attempt, AttemptFailure } from '../model/attempt.ts';
import type { Call, RequestFacts } from '../model/call.ts';
import { errorType, isBillingRefusal, isRetryableStatus } from '../model/errors.ts';
import { readRateLimits } from '../model/rate-limit.ts';
import { requestShape } from '../model/request-shape.ts';
import { parseRetryAfter } from '../model/retry-after.ts';
import type { SeamPort } from '../ports/seam-port.ts';
import { type AttemptInFlight, attemptInFlight } from './attempt-in-flight.ts';
import { readEnvelope } from './error-body.ts';
import type { SdkMiddleware, SdkRequest, SdkRequestOptions } from './sdk-shapes.ts';
import { callOf } from './tap.ts';

/** Marks our middleware, across copies of this package. */
const MIDDLEWARE = Symbol.for('anthropic-otel.middleware');

type Next = Parameters<SdkMiddleware>[1];

/** Marks `middleware` as ours. */
export function markAttemptMiddleware(middleware: SdkMiddleware): SdkMiddleware {
  return Object.assign(middleware, { [MIDDLEWARE]: true });
}

/** Whether `middleware` is ours. */
export function isAttemptMiddleware(middleware: unknown): boolean {
  return typeof middleware === 'function' && MIDDLEWARE in middleware;
}

/**
 * After a failed attempt the SDK either ends the call, within the same turn of the event loop, or waits for its retry.
 * An attempt whose call goes on for so many milliseconds is therefore one that is retried.
 */
const RETRY_CERTAIN = 50;

/** The middleware chains of the application that are under way, and what to do when one hands its result to the SDK. */
const chains = new WeakMap<SdkRequestOptions, { onReturn?: () => void }>();

/**
 * Makes the middleware that goes first in a list which the application has middleware in. Those may take their time over a failure;
 * the SDK decides on a retry only when it has the result of all of them.
 */
export function createChainMiddleware(): SdkMiddleware {
  return async (request, next, { options }) => {
    if (!options) return next(request);
    const chain: { onReturn?: () => void } = {};
    chains.set(options, chain);
    try {
      return await next(request);
    } finally {
      chains.delete(options);
      chain.onReturn?.();
    }
  };
}

/** Statuses of failures that lie in the request. */
const INPUT_STATUSES = new Set([400, 413, 422]);

/** Makes the attempt middleware of a client. */
export function createAttemptMiddleware(port: SeamPort): SdkMiddleware {
  const calls = new WeakMap<object, Call>();
  const middleware: SdkMiddleware = (request, next, { options }) => {
    // Without options the request is no API call, such as a token exchange.
    if (!port.enabled || !options) return next(request);
    const call = openCall(calls, options) ?? callOf(trace.getSpan(context.active()));
    return call
      ? sendAttempt(port, call, request, next, options)
      : sendUnknown(port, calls, request, next, options);
  };
  return markAttemptMiddleware(middleware);
}

/** An options object that the application reuses must not lead to the call that it made before. */
function openCall(calls: WeakMap<object, Call>, options: SdkRequestOptions): Call | undefined {
  const call = calls.get(options);
  return call && !call.ended ? call : undefined;
}

/** Sends an attempt of `call`. */
export async function sendAttempt(
  port: SeamPort,
  call: Call,
  request: SdkRequest,
  next: Next,
  options: SdkRequestOptions,
): Promise<Response> {
  const { guard } = port;
  const attempt = guard.run('attempt', () => begin(call, request, options));
  if (!attempt) return next(request);
  const active = guard.run('spans', () => port.attemptContext(call, attempt)) ?? context.active();
  let response: Response;
  try {
    response = await context.with(active, next, undefined, request);
  } catch (error) {
    guard.run('attempt', () => fail(call, attempt, error, options));
    throw error;
  }
  if (response?.ok) settleOk(port, call, attempt, response);
  else await settleError(port, call, attempt, request, response, options);
  return response;
}

/**
 * Sends an attempt whose call is not known: no context manager is registered, or another middleware made its own span
 * the current one. The call makes itself known while the attempt is on its way.
 */
async function sendUnknown(
  port: SeamPort,
  calls: WeakMap<object, Call>,
  request: SdkRequest,
  next: Next,
  options: SdkRequestOptions,
): Promise<Response> {
  const { guard } = port;
  let known: { call: Call; attempt: Attempt } | undefined;
  const inFlight: AttemptInFlight = {
    onCall(call) {
      inFlight.onCall = undefined;
      guard.run('attempt', () => {
        calls.set(options, call);
        known = { call, attempt: begin(call, request, options) };
      });
    },
  };
  let response: Response;
  try {
    response = await attemptInFlight.run(inFlight, next, request);
  } catch (error) {
    if (known) guard.run('attempt', () => fail(known!.call, known!.attempt, error, options));
    throw error;
  } finally {
    inFlight.onCall = undefined;
  }
  if (!known) return response;
  if (response?.ok) settleOk(port, known.call, known.attempt, response);
  else await settleError(port, known.call, known.attempt, request, response, options);
  return response;
}

function begin(call: Call, request: SdkRequest, options: SdkRequestOptions): Attempt {
  call.request ??= requestFacts(options);
  return call.beginAttempt(request.method?.toUpperCase() ?? 'GET', withoutQuery(request.url));
}

function settleOk({ guard }: SeamPort, call: Call, attempt: Attempt, response: Response): void {
  guard.run('attempt', () => call.answerAttempt(attempt, readAnswer(response)));
}

/** Records the refusal of `attempt`, with what its body says. */
async function settleError(
  port: SeamPort,
  call: Call,
  attempt: Attempt,
  request: SdkRequest,
  response: Response,
  options: SdkRequestOptions,
): Promise<void> {
  const { guard } = port;
  const answer = guard.run('attempt', () => readAnswer(response));
  if (!answer) return;
  const envelope = (await guard.runAsync('attempt', () => readEnvelope(response))) ?? {};
  guard.run('attempt', () => {
    const retryable = isRetryableStatus(answer.status, response.headers.get('x-should-retry'));
    const billing = isBillingRefusal(envelope.code, envelope.message);
    const input = INPUT_STATUSES.has(answer.status) && !billing;
    const failure: AttemptFailure = {
      errorType: errorType(envelope.type, answer.status),
      errorCode: /^[a-z][a-z0-9_]{0,63}$/.test(envelope.code ?? '') ? envelope.code : undefined,
      billing,
      retryable,
      shape: input
        ? requestShape(options.body, request.body, request.headers.get('anthropic-beta'), envelope.message)
        : undefined,
      content: port.captureContent ? { request: options.body, message: envelope.message } : undefined,
    };
    call.failAttempt(attempt, failure, answer);
    endWhenRetried(call, attempt, options);
  });
}

/** No answer came to `attempt`, but `error`. */
function fail(call: Call, attempt: Attempt, error: unknown, options: SdkRequestOptions): void {
  // An abort by the application is no failure; the end of the call says the rest.
  if (options.signal?.aborted) return;
  call.failAttempt(attempt, {
    errorType: isTimeout(error) ? 'client_timeout_error' : 'connection_error',
    retryable: true,
  });
  endWhenRetried(call, attempt, options);
}

function endWhenRetried(call: Call, attempt: Attempt, options: SdkRequestOptions): void {
  const wait = (): void => {
    setTimeout(() => call.retryFollows(attempt), RETRY_CERTAIN).unref();
  };
  const chain = chains.get(options);
  if (chain) chain.onReturn = wait;
  else wait();
}

function readAnswer(response: Response): Answer {
  const { headers, status } = response;
  const now = Date.now();
  return {
    status,
    requestId: headers.get('request-id') ?? headers.get('x-amzn-requestid') ?? undefined,
    rateLimits: readRateLimits(headers, now),
    retryAfter: response.ok ? undefined : parseRetryAfter(headers, now),
  };
}

/** The SDK's own rule: an abort that is not the application's is its timeout. */
function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return name === 'AbortError' || /timed? ?out/i.test(`${String(error)} ${String(cause ?? '')}`);
}

/** What the options of a call say of its request. */
export function requestFacts({ body, stream }: SdkRequestOptions): RequestFacts {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  return {
    temperature: number(fields['temperature']),
    topP: number(fields['top_p']),
    topK: number(fields['top_k']),
    fast: fields['speed'] === 'fast',
    stream: stream === true,
  };
}

function withoutQuery(url: string): string {
  // Most URLs have nothing to take off, and parsing one is slow.
  if (!/[?#@]/.test(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
