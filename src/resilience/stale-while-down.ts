/** The policy that returns an earlier response while the API fails. */
import { createHash } from 'node:crypto';
import { abortError } from './call.ts';
import { expectFields, expectNumber, wrong } from './expect.ts';
import { DECISION_HEADER, type Failure, readFailure, thrownFailure } from './failure.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type Passing, type PolicyOptions } from './policy.ts';
import { isRecord } from './request-facts.ts';
import type { StaleEntry, StaleStore } from './stale-store.ts';

/** Options of `staleWhileDown`. */
export interface StaleWhileDownOptions extends PolicyOptions {
  /** Where responses are kept: `memoryStore()`, or your own store. */
  readonly store: StaleStore;
  /** The oldest response that is returned, in milliseconds. @default 86400000 (a day) */
  readonly maxAge?: number;
  /** Whether requests with tools take part. Their responses may request actions that were already done. @default false */
  readonly tools?: boolean;
}

const DAY_MS = 86_400_000;
/** How long a store is waited for, in milliseconds. */
const MAX_STORE_WAIT = 2_000;

/**
 * Keeps the last good response to each message request. While the API fails, the same request gets that response, with the header
 * `anthropic-otel-decision: stale_served` and its age in seconds in the header `age`. The caller's own errors (4xx except 401, 402 and 429) are
 * passed on. Streams never take part. Requests with tools take part only if you turn that on.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * const client = new Anthropic({ maxRetries: 0, middleware: [staleWhileDown({ store: memoryStore() }), retry()] });
 * const { data, response } = await client.messages.create(params).withResponse();
 * if (response.headers.get('anthropic-otel-decision') === 'stale_served') warn(`${response.headers.get('age')} s old`);
 */
export function staleWhileDown(options: StaleWhileDownOptions): Middleware {
  expectFields('staleWhileDown', options, ['store', 'maxAge', 'tools', 'onDecision', 'clock']);
  const { store, maxAge = DAY_MS, tools = false } = options;
  if (typeof store?.get !== 'function' || typeof store.set !== 'function') {
    throw wrong('staleWhileDown.store', 'a store with `get` and `set`, such as memoryStore()', store);
  }
  expectNumber('staleWhileDown.maxAge', maxAge);
  return createPolicy('staleWhileDown', options, async (passing) => {
    const { request, facts, call, clock, next } = passing;
    const { path, stream, fields } = facts;
    const takesPart =
      path === '/v1/messages' &&
      typeof request.body === 'string' &&
      !stream &&
      fields !== undefined &&
      (tools || fields['tools'] === undefined);
    if (!takesPart) return next(request);
    const key = createHash('sha256').update(`${facts.account}\n${request.body}`).digest('base64url');
    try {
      const response = await next(request);
      if (response.ok) return await keep(store, key, response, clock.now());
      const { failure, response: readable } = await readFailure(response, clock.now());
      return (await earlier(failure)) ?? readable;
    } catch (error) {
      const failure = call.aborted ? undefined : thrownFailure(error);
      const stale = failure && (await earlier(failure));
      if (!stale) throw error;
      return stale;
    }

    async function earlier(failure: Failure): Promise<Response | undefined> {
      if (failure.kind === 'client') return undefined;
      const entry = await entryOf(store, key, passing);
      const age = entry ? clock.now() - entry.storedAt : Number.POSITIVE_INFINITY;
      return entry && age >= 0 && age <= maxAge ? serve(passing, entry, age, failure) : undefined;
    }
  });
}

/** Keeps the body of `response`, and gives a response with the same body. */
async function keep(store: StaleStore, key: string, response: Response, now: number): Promise<Response> {
  if (!response.headers.get('content-type')?.includes('json')) return response;
  const { status, statusText, headers } = response;
  const body = await response.text();
  // The call does not wait for the store.
  void safely(() => store.set(key, { body, storedAt: now }));
  return new Response(body, { status, statusText, headers });
}

function serve({ decide }: Passing, { body }: StaleEntry, ageMs: number, failure: Failure): Response {
  const age = Math.floor(ageMs / 1000);
  decide(
    'stale_served',
    `The API failed (${failure.errorType}), so a response from ${age} s ago was returned.`,
    {
      failure,
    },
  );
  return new Response(body, {
    headers: { 'content-type': 'application/json', age: String(age), [DECISION_HEADER]: 'stale_served' },
  });
}

/** What the store has for `key`, if it gives that in time, and it is a message. */
async function entryOf(
  store: StaleStore,
  key: string,
  { clock, call }: Passing,
): Promise<StaleEntry | undefined> {
  const { signal } = call.options;
  let stop = (): void => {};
  const late = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const cancel = clock.setTimer(MAX_STORE_WAIT, stop);
  signal?.addEventListener('abort', stop);
  try {
    const entry: unknown = await Promise.race([safely(() => store.get(key)), late]);
    if (call.aborted) throw abortError();
    return isRecord(entry) && Number.isFinite(entry['storedAt']) && isMessage(entry['body'])
      ? (entry as unknown as StaleEntry)
      : undefined;
  } finally {
    cancel();
    signal?.removeEventListener('abort', stop);
  }
}

function isMessage(body: unknown): boolean {
  try {
    const message: unknown = typeof body === 'string' ? JSON.parse(body) : undefined;
    return isRecord(message) && message['type'] === 'message';
  } catch {
    return false;
  }
}

/** What `step` gives, or `undefined` when the store fails. */
async function safely<Result>(step: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await step();
  } catch {
    return undefined;
  }
}
