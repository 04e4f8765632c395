/**
 * Sees the requests that the application's per-request middleware sends. Such middleware runs inside this package's middleware, and
 * may send the request of an attempt more than once. Each of these requests is a separate attempt. They are seen at the `fetch` that
 * the client was given, or through the diagnostics channels of Node's own `fetch`.
 *
 * The channels are subscribed to only when the first call with such middleware starts.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { processWide } from '../../ports/process-wide.ts';

/** The head of a response, as it arrived. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
}

/** The result of a request. Both fields are absent while the request is in flight. */
export interface WireResult {
  response?: WireResponse | undefined;
  error?: unknown;
}

/** Called when a request to `url` is sent. `result` is filled in later. */
export type OnWireRequest = (url: string, result: WireResult) => void;

const observers: AsyncLocalStorage<OnWireRequest | undefined> = processWide(
  Symbol.for('anthropic-otel.wire-observers'),
  () => new AsyncLocalStorage(),
);

/** Runs `send`, and reports every request that it sends to `onRequest`. Requires an earlier `subscribeToWire`. `onRequest` must not throw. */
export function observeWire<Result>(onRequest: OnWireRequest, send: () => Result): Result {
  return observers.run(onRequest, send);
}

/** Runs `send` without reporting its requests to the current observer, because they belong to a nested call. */
export function hideFromWire<Result>(send: () => Result): Result {
  return observers.getStore() === undefined ? send() : observers.run(undefined, send);
}

/** Sends a request to `url` with the client's own `fetch`, and reports it to the current observer, if any. */
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

/** The message that undici publishes about a request: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel. */
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
