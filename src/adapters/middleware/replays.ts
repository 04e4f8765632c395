/**
 * Sees the requests that the application's per-request middleware sends. Such middleware runs inside that of this package, and may send
 * the request of an attempt more than once: each of them is an attempt of its own. They are seen where they leave, at the
 * `fetch` that the client was given, or by the diagnostics channels of Node's own `fetch`.
 *
 * The channels are subscribed to when the first call with such middleware is made, and not before.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { processWide } from '../../ports/process-wide.ts';

/** The head of a response, as it arrived. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
}

/** What came of a request. Both are absent while it is on its way. */
export interface WireResult {
  response?: WireResponse | undefined;
  error?: unknown;
}

/** Called when a request leaves for `url`. `result` is filled in when there is one. */
export type OnWireRequest = (url: string, result: WireResult) => void;

const observers: AsyncLocalStorage<OnWireRequest | undefined> = processWide(
  Symbol.for('anthropic-otel.wire-observers'),
  () => new AsyncLocalStorage(),
);

/** Runs `send` so that `onRequest` sees every request that it sends, once `subscribeToWire` was called. `onRequest` must not throw. */
export function observeWire<Result>(onRequest: OnWireRequest, send: () => Result): Result {
  return observers.run(onRequest, send);
}

/** Runs `send` unseen, when it is below an observer that is not meant: a call within a call. */
export function hideFromWire<Result>(send: () => Result): Result {
  return observers.getStore() === undefined ? send() : observers.run(undefined, send);
}

/** Sends a request to `url` by the client's own `fetch`, and reports it to the observer that is meant, if any. */
export function reportToWire(url: unknown, send: () => Promise<Response>): Promise<Response> {
  const onRequest = observers.getStore();
  return onRequest ? report(onRequest, url, send) : send();
}

async function report(
  onRequest: OnWireRequest,
  url: unknown,
  send: () => Promise<Response>,
): Promise<Response> {
  const result: WireResult = {};
  onRequest(String(url), result);
  try {
    const response = await observers.run(undefined, send);
    result.response = response;
    return response;
  } catch (error) {
    result.error = error;
    throw error;
  }
}

/** What undici publishes of a request: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel. */
interface UndiciMessage {
  readonly request: { readonly origin?: unknown; readonly path?: unknown };
  readonly response?: { readonly statusCode: number; readonly headers: readonly Uint8Array[] };
  readonly error?: unknown;
}

let subscribed = false;

/** Subscribes to the channels, once. */
export function subscribeToWire(): void {
  if (subscribed) return;
  subscribed = true;
  const open = new WeakMap<object, WireResult>();
  const on = (event: string, listener: (message: UndiciMessage) => void): void =>
    subscribe(`undici:request:${event}`, (message) => listener(message as UndiciMessage));
  on('create', ({ request }) => {
    const onRequest = observers.getStore();
    if (!onRequest) return;
    const result: WireResult = {};
    open.set(request, result);
    onRequest(`${request.origin}${request.path}`, result);
  });
  on('headers', ({ request, response }) => {
    const result = open.get(request);
    if (!result || !response) return;
    result.response = { status: response.statusCode, headers: toHeaders(response.headers) };
  });
  on('error', ({ request, error }) => {
    const result = open.get(request);
    if (result) result.error = error;
  });
}

function toHeaders(raw: readonly Uint8Array[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(
      Buffer.from(raw[index]!).toString('latin1'),
      Buffer.from(raw[index + 1]!).toString('latin1'),
    );
  }
  return headers;
}
