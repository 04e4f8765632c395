/**
 * The observed `fetch`. For an SDK without middleware (0.39.0 to 0.100.x) it is where calls are seen. For the others it shows the
 * requests that per-request middleware sends.
 *
 * The attempts of a call are tied together by an AsyncLocalStorage of this package. The SDK calls `fetch` and goes on to wait
 * and to retry in one chain of async functions, each of which is resumed in the context in which it was left. So what
 * `enterWith` sets here, in the middle of that chain, reaches the next attempt of the same call. It does not reach the
 * application: an `await` of the application is resumed in the application's own context, and the SDK never calls
 * `fetch` before its first `await`, that is, never on the application's stack. A request that is not the SDK's, which
 * the application may make with the same function, is passed on and sets nothing. And wherever the storage is inherited,
 * by a listener of the application on a stream that makes a call of its own, for example, a first attempt begins anew: only
 * an attempt that states that it is a retry goes on with the call that waits for one.
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

/** The `fetch` behind an observed one, across copies of this package. */
const ORIGINAL = Symbol.for('anthropic-otel.fetch');

/** SDKs that read a body that is declared empty: those before 0.73. */
const READS_EMPTY = /^0\.([0-6]?\d|7[0-2])\./;

/** The call whose attempts this chain of the SDK makes. Emptied when it ends, because sockets keep their context. */
interface Chain {
  call: UntracedCall | undefined;
}

const chains = new AsyncLocalStorage<Chain>();

/** The `fetch` behind `fetch`, if that is an observed one. */
export function originalFetch(fetch: unknown): Fetch | undefined {
  return typeof fetch === 'function' ? (fetch as { [ORIGINAL]?: Fetch })[ORIGINAL] : undefined;
}

/**
 * A `fetch` that passes everything to `fetch`, and records the SDK's calls where no other adapter does.
 *
 * @param timeout the client's own `timeout`, in milliseconds
 */
export function observeFetch(fetch: Fetch, adapters: ClientAdapters, timeout: number): Fetch {
  // Node 22 follows promises only from the first use of a storage on, and needs it before the first call.
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
      retries: sdk.retries,
      // The options of one call can differ, and are not seen here.
      maxRetries: undefined,
      readsEmpty: READS_EMPTY.test(sdk.request.headers.get('x-stainless-package-version') ?? ''),
      aborted: sending.aborted,
      // The SDK's timer is gone once there is a response: then the signal is the application's.
      signal: sdk.signal,
      isFetchError: () => true,
    };
    return call.run(pass, () => sendAttempt(sending, send));
  };
  return Object.assign(observed, { [ORIGINAL]: fetch });
}

/** A request of the SDK. */
interface FetchedRequest {
  readonly request: SdkRequest;
  readonly fields: BodyFields;
  /** How many attempts came before it, as it states. */
  readonly retries: number;
  readonly signal: AbortSignal | null | undefined;
  /** Monotonic time of the begin, in milliseconds. */
  readonly startedAt: number;
}

/** The request that the SDK makes, or `undefined` when it is not the SDK's. */
function readRequest(input: unknown, init: RequestInit | undefined): FetchedRequest | undefined {
  const startedAt = performance.now();
  if (typeof input !== 'string' || !init) return undefined;
  const headers = new Headers(init.headers);
  // Every API call has this header, and a token exchange has not.
  if (!headers.has('anthropic-version')) return undefined;
  const request: SdkRequest = { url: input, method: init.method, headers, body: init.body };
  const retries = Number(headers.get('x-stainless-retry-count') ?? 0);
  return { request, fields: bodyFields(init.body), retries, signal: init.signal, startedAt };
}

/** The call that the request belongs to: the one that waits for its retry, or a new one. */
function callFor(
  adapters: ClientAdapters,
  { request, fields, retries }: FetchedRequest,
): UntracedCall | undefined {
  const chain = chains.getStore();
  if (retries > 0 && chain?.call?.waiting) return chain.call;
  const started = startCallSpan(adapters.tracer, request, fields);
  if (!started) return undefined;
  started.call.request = requestFacts({ body: fields, stream: fields['stream'] === true });
  const own: Chain = { call: undefined };
  own.call = new UntracedCall(adapters.port, started, () => {
    own.call = undefined;
  });
  chains.enterWith(own);
  return own.call;
}

function sendingOf(
  { port }: ClientAdapters,
  { call }: UntracedCall,
  { request, fields, signal, startedAt }: FetchedRequest,
  timeout: number,
): Sending {
  const options: SdkRequestOptions = {
    stream: fields['stream'] === true,
    // Parsed only when it is asked for: of a request that the API rejected.
    get body(): unknown {
      return typeof request.body === 'string' ? parseJson(request.body) : undefined;
    },
  };
  // The SDK gives `fetch` one signal for its timeout and for the application's abort.
  const aborted = (): boolean =>
    signal?.aborted === true &&
    !isTimeoutDue(performance.now() - startedAt, earliestTimeout(request.headers, timeout));
  return { port, call, request, options, aborted };
}
