/**
 * The observed `fetch`. For an SDK without middleware (0.39.0 to 0.100.x), it is the only place where calls are seen. For other SDKs,
 * it shows the requests that per-request middleware sends.
 *
 * An AsyncLocalStorage of this package links the attempts of a call. The SDK calls `fetch`, waits and retries in one chain of async
 * functions, and each of these resumes in the context in which it was suspended. So a value that `enterWith` sets here, in the middle
 * of that chain, reaches the next attempt of the same call. It does not reach the application: an `await` of the application resumes
 * in the application's own context, and the SDK never calls `fetch` before its first `await`, that is, never on the application's
 * stack. The application may use the same function for a request that is not the SDK's. Such a request is passed on and sets nothing.
 * If other code inherits the storage, for example a stream listener of the application that makes its own call, a first attempt
 * starts a new call: only an attempt that states that it is a retry continues a call that waits for one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ClientAdapters, seenBeforeFetch } from '../client-adapters.ts';
import { reportToWire } from '../middleware/replays.ts';
import { requestFacts, type Sending, sendAttempt } from '../middleware/send-attempt.ts';
import { parseJson } from '../parse-json.ts';
import type { SdkRequest, SdkRequestOptions } from '../sdk-shapes.ts';
import { startCallSpan } from '../span/call-span.ts';
import { UntracedCall } from '../untraced-call.ts';
import { type BodyFields, bodyFields } from './body-fields.ts';
import { earliestTimeout, isTimeoutDue } from './timeout.ts';

/** A `fetch`, as the SDK calls it. */
export type Fetch = (this: unknown, input: unknown, init?: RequestInit) => Promise<Response>;

/** The original `fetch` of an observed one, across copies of this package. */
const ORIGINAL = Symbol.for('anthropic-otel.fetch');

/** Matches SDKs that read a body that is declared empty: those before 0.73. */
const READS_EMPTY = /^0\.([0-6]?\d|7[0-2])\./;

/** The call whose attempts this chain of the SDK makes. Emptied when the call ends, because sockets keep their context. */
interface Chain {
  call: UntracedCall | undefined;
  /** The request, if it does not state the number of its retries. */
  nameless?: SdkRequest | undefined;
}

const chains = new AsyncLocalStorage<Chain>();

/** The original of `fetch`, if `fetch` is an observed one. */
export function originalFetch(fetch: unknown): Fetch | undefined {
  return typeof fetch === 'function' ? (fetch as { [ORIGINAL]?: Fetch })[ORIGINAL] : undefined;
}

/**
 * Returns a `fetch` that passes everything to `fetch`, and records the SDK's calls that no other adapter records.
 *
 * @param timeout the client's own `timeout`, in milliseconds
 */
export function observeFetch(fetch: Fetch, adapters: ClientAdapters, timeout: number): Fetch {
  // Node 22 tracks promises only after the first use of a storage, which must be before the first call.
  chains.run({ call: undefined }, () => {});
  const observed: Fetch = function (input, init) {
    const send = (): Promise<Response> => fetch.call(this, input, init);
    const { port } = adapters;
    if (!port.enabled) return send();
    if (seenBeforeFetch(adapters)) return reportToWire(input, send);
    const sdk = port.guard.run('call', () => readRequest(input, init));
    const call = sdk && port.guard.run('call', () => callFor(adapters, sdk));
    if (!sdk || !call) return send();
    const sending = sendingOf(adapters, call, sdk, timeout);
    const pass = {
      // Unknown, because a single call can override it, and its options are not seen here.
      maxRetries: undefined,
      readsEmpty: READS_EMPTY.test(sdk.request.headers.get('x-stainless-package-version') ?? ''),
      needsBody: false,
      aborted: sending.aborted,
      // The SDK stops its timer after a response arrives. From then on, only the application aborts the signal.
      signal: sdk.signal,
      isFetchError: () => true,
    };
    return call.run(pass, () => sendAttempt(sending, send));
  };
  return Object.assign(observed, { [ORIGINAL]: fetch });
}

/** An SDK request. */
interface FetchedRequest {
  readonly request: SdkRequest;
  readonly fields: BodyFields;
  /** The number of earlier attempts, if the request states it. The application may remove the header. */
  readonly retries: number | undefined;
  readonly signal: AbortSignal | null | undefined;
  /** Monotonic time of the start, in milliseconds. */
  readonly startedAt: number;
}

/** The SDK's request, or `undefined` if the SDK did not make it. */
function readRequest(input: unknown, init: RequestInit | undefined): FetchedRequest | undefined {
  const startedAt = performance.now();
  if (typeof input !== 'string' || !init) return undefined;
  const headers = new Headers(init.headers);
  // Every API call has this header; a token exchange does not.
  if (!headers.has('anthropic-version')) return undefined;
  const request: SdkRequest = { url: input, method: init.method, headers, body: init.body };
  const count = headers.get('x-stainless-retry-count');
  const retries = count === null ? undefined : Number(count);
  return { request, fields: bodyFields(init.body), retries, signal: init.signal, startedAt };
}

/** The call of the request: the one that waits for its retry, or a new one. */
function callFor(
  adapters: ClientAdapters,
  { request, fields, retries }: FetchedRequest,
): UntracedCall | undefined {
  const chain = chains.getStore();
  const isRetry = retries === undefined ? isSame(chain?.nameless, request) : retries > 0;
  if (isRetry && chain?.call?.waiting) return chain.call;
  const started = startCallSpan(adapters.tracer, request, fields);
  if (!started) return undefined;
  started.call.request = requestFacts({ body: fields, stream: fields['stream'] === true });
  const own: Chain = { call: undefined, nameless: retries === undefined ? request : undefined };
  own.call = new UntracedCall(adapters.port, started, () => {
    own.call = undefined;
    own.nameless = undefined;
  });
  chains.enterWith(own);
  return own.call;
}

/** Whether `request` repeats `before`. */
function isSame(before: SdkRequest | undefined, { url, method, body }: SdkRequest): boolean {
  return before?.url === url && before.method === method && before.body === body;
}

function sendingOf(
  { port }: ClientAdapters,
  { call }: UntracedCall,
  { request, fields, signal, startedAt }: FetchedRequest,
  timeout: number,
): Sending {
  const options: SdkRequestOptions = {
    stream: fields['stream'] === true,
    // Parsed only on demand, for a request that the API rejected.
    get body(): unknown {
      return typeof request.body === 'string' ? parseJson(request.body) : undefined;
    },
  };
  // The SDK gives `fetch` one signal for both its timeout and the application's abort.
  const aborted = (): boolean =>
    signal?.aborted === true &&
    !isTimeoutDue(performance.now() - startedAt, earliestTimeout(request.headers, timeout));
  return { port, call, request, options, aborted };
}
