/**
 * The observed `fetch`, for an SDK without middleware (0.39.0 to 0.100.x).
 *
 * The attempts of a call are tied together by an AsyncLocalStorage of ours. The SDK calls `fetch` and goes on to wait
 * and to retry in one chain of async functions, each of which is resumed in the context in which it was left. So what
 * `enterWith` sets here, in the middle of that chain, reaches the next attempt of the same call. It does not reach the
 * application: an `await` of the application is resumed in the application's own context, and the SDK never calls
 * `fetch` before its first `await`, that is, never on the application's stack. A request that is not the SDK's, which
 * the application may make with the same function, is passed on and sets nothing. And wherever the storage is inherited,
 * by a listener of the application on a stream that makes a call of its own, say, a first attempt begins anew: only
 * an attempt that says it is a retry goes on with the call that waits for one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { requestFacts } from '../middleware.ts';
import type { SdkRequest, SdkRequestOptions } from '../sdk-shapes.ts';
import { type BodyFields, bodyFields } from './body-fields.ts';
import { startCallSpan } from './call-span.ts';
import type { ClientSeams } from './client-seams.ts';
import { LegacyCall, type SendWith } from './legacy-call.ts';
import { earliestTimeout, isTimeoutDue } from './timeout.ts';
import { withTraceHeaders } from './trace-headers.ts';

/** A `fetch`, as the SDK calls it. */
export type Fetch = (this: unknown, input: unknown, init?: RequestInit) => Promise<Response>;

/** What the client is set to. */
export interface FetchSettings {
  readonly maxRetries: number;
  /** In milliseconds. */
  readonly timeout: number;
}

/** The SDK's default for `timeout`, in milliseconds. */
export const DEFAULT_TIMEOUT = 600_000;

/** Marks an observed `fetch`, across copies of this package. */
const FETCH = Symbol.for('anthropic-otel.fetch');

/** The call whose attempts this chain of the SDK makes. Emptied when it ends, because sockets keep their context. */
interface Chain {
  call: LegacyCall | undefined;
}

const chains = new AsyncLocalStorage<Chain>();

/** Whether `fetch` is observed already. */
export function isObservedFetch(fetch: unknown): boolean {
  return typeof fetch === 'function' && FETCH in fetch;
}

/** A `fetch` that passes everything to `fetch`, and records the SDK's calls where no other seam does. */
export function observeFetch(fetch: Fetch, seams: ClientSeams, settings: FetchSettings): Fetch {
  // Node 22 follows promises only from the first use of a storage on, and needs it before the first call.
  chains.run({ call: undefined }, () => {});
  const observed: Fetch = function (input, init) {
    const passOn = (): Promise<Response> => fetch.call(this, input, init);
    const { port, sdkTraces, sdkRunsMiddleware } = seams;
    if (!port.enabled || sdkTraces || sdkRunsMiddleware) return passOn();
    const sdk = port.guard.run('call', () => readRequest(input, init));
    const call = sdk && port.guard.run('call', () => callFor(seams, sdk));
    if (!sdk || !call) return passOn();
    const sendWith: SendWith = (added) =>
      fetch.call(this, input, added ? { ...init, headers: withTraceHeaders(init?.headers, added) } : init);
    return call.send(sdk.request, sendWith, requestOptions(sdk, settings), sdk.retries < settings.maxRetries);
  };
  return Object.assign(observed, { [FETCH]: true });
}

/** A request of the SDK. */
interface FetchedRequest {
  readonly request: SdkRequest;
  readonly fields: BodyFields;
  /** How many attempts came before it, as it says. */
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
function callFor(seams: ClientSeams, { request, fields, retries }: FetchedRequest): LegacyCall | undefined {
  const chain = chains.getStore();
  if (retries > 0 && chain?.call?.waiting) return chain.call;
  const started = startCallSpan(seams, request, fields);
  if (!started) return undefined;
  started.call.request = requestFacts({ body: fields, stream: fields['stream'] === true });
  const call = new LegacyCall(seams, started, () => {
    own.call = undefined;
  });
  const own: Chain = { call };
  chains.enterWith(own);
  return call;
}

/** What a middleware would be given as `ctx.options`, as far as a request shows it. */
function requestOptions(
  { request, fields, signal, startedAt }: FetchedRequest,
  { timeout }: FetchSettings,
): SdkRequestOptions {
  const timedOut = (): boolean =>
    isTimeoutDue(performance.now() - startedAt, earliestTimeout(request.headers, timeout));
  return {
    stream: fields['stream'] === true,
    // Parsed only when it is asked for: of a refused request.
    get body(): unknown {
      return typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
    },
    signal: {
      get aborted() {
        return signal?.aborted === true && !timedOut();
      },
      addEventListener() {},
      removeEventListener() {},
    } as Partial<AbortSignal> as AbortSignal,
  };
}
