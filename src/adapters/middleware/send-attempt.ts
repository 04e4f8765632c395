/** Sends one attempt of a call, and records its result. It never reads a body; it observes the SDK's reads. */
import { context } from '@opentelemetry/api';
import type { Attempt, FailureFacts, ResponseHead } from '../../model/attempt.ts';
import type { RequestFacts } from '../../model/call.ts';
import { errorType, isBillingRefusal, isRetryableStatus } from '../../model/errors.ts';
import { readRateLimits } from '../../model/rate-limit.ts';
import { errorField, requestShape } from '../../model/request-shape.ts';
import { parseRetryAfter } from '../../model/retry-after.ts';
import { clean, MAX_URL } from '../../model/text.ts';
import type { AdapterPort } from '../../ports/adapter-port.ts';
import type { SpannedCall } from '../../ports/call-span.ts';
import { parseJson } from '../parse-json.ts';
import { observeBatchResults } from '../response/batch-results.ts';
import { onErrorText, parseEnvelope } from '../response/error-envelope.ts';
import { observeMessage } from '../response/message-observer.ts';
import { observeModels } from '../response/models.ts';
import type { SdkRequest, SdkRequestOptions } from '../sdk-shapes.ts';
import { failedRequests } from './repeated-calls.ts';
import { hideFromWire, observeWire, subscribeToWire, type WireResponse, type WireResult } from './replays.ts';
import { runOnce } from './run-once.ts';

/** The request of an attempt, and its call. */
export interface Sending {
  readonly port: AdapterPort;
  readonly call: SpannedCall;
  readonly request: SdkRequest;
  readonly options: SdkRequestOptions;
  /** The model that the request names, if it differs from the call's. */
  readonly model?: string | undefined;
  /** Whether the application's middleware changed the body of the request. */
  readonly rewritten?: boolean | undefined;
  /** Whether the response may be replaced, or may state more than the SDK's span reports. */
  readonly observes?: boolean | undefined;
  /** Whether the application aborted the call. The SDK's own timeout does not count as an abort. */
  aborted(): boolean;
  /** Collects errors from the HTTP client, as opposed to the application's middleware. */
  readonly fetchErrors?: WeakSet<object> | undefined;
  /** The monotonic time at which the request was sent, in milliseconds, for an attempt that becomes known only later. */
  readonly startedAt?: number | undefined;
}

/** The method whose response contains the results of a batch. */
const BATCH_RESULTS = 'messages.batches.results';

/** The methods of the Models API. */
const MODELS: ReadonlySet<string> = new Set(['models.list', 'models.retrieve']);

/** Statuses of failures that the request itself causes. */
const INPUT_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

/** Statuses of redirects that `fetch` follows itself, if the response has a location. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The URL to which `fetch` follows `response`, if that is a redirect. */
function redirectOf({ status, headers }: WireResponse, url: string): string | undefined {
  const location = REDIRECTS.has(status) ? headers.get('location') : null;
  if (location === null || !URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  target.hash = '';
  return target.href;
}

/** The paths to which the Vertex and Bedrock clients rewrite the path of a Message, after all middleware. */
const PLATFORM_PATH = /(:(r|streamR)awPredict|\/invoke(-with-response-stream)?)(\?|$)/;

/** Whether a request to `url` is the request to `requested`, as the client or its platform sends it. */
function isSentTo(requested: string, url: string): boolean {
  if (url === requested) return true;
  return PLATFORM_PATH.test(url) && URL.parse(url)?.origin === URL.parse(requested)?.origin;
}

/** Sends an attempt with `send`, in the context of its span. */
export async function sendAttempt(sending: Sending, send: () => Promise<Response>): Promise<Response> {
  const { port, call } = sending;
  const { guard } = port;
  // Requests that the application's middleware makes after the abort never reach the network.
  if (sending.aborted()) return send();
  const pending = guard.run('attempt', () => new PendingAttempt(sending));
  if (!pending) return send();
  const run = runOnce(() => pending.observe(send));
  guard.run('spans', () => {
    context.with(port.attemptContext(call, pending.attempt), run);
  });
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    pending.failed(error);
    throw error;
  }
  pending.responded(response);
  return response;
}

/** An attempt in flight. */
export class PendingAttempt {
  /** The attempt, or the last of several that the application's per-request middleware makes of it. */
  attempt: Attempt;
  readonly #sending: Sending;
  /** The result of the last request on the wire, if the wire is observed. */
  #wire: (WireResult & { readonly url: string }) | undefined;

  constructor(sending: Sending) {
    this.#sending = sending;
    this.attempt = beginAttempt(sending);
  }

  /** Runs `send`, and observes its requests if there can be several. */
  observe(send: () => Promise<Response>): Promise<Response> {
    const { port, options } = this.#sending;
    if (!options.middleware?.length) return hideFromWire(send);
    port.guard.run('attempt', subscribeToWire);
    return observeWire((url, result) => this.onRequest(url, result), send);
  }

  /** Records the response. */
  responded(response: Response): void {
    const { guard } = this.#sending.port;
    guard.run('attempt', () => recordResponse(this.#sending, this.attempt, response));
  }

  /** Records that no response arrived. */
  failed(error: unknown): void {
    const { port, options, fetchErrors } = this.#sending;
    port.guard.run('attempt', () => {
      recordError(this.#sending, this.attempt, error);
      if (typeof error !== 'object' || error === null) return;
      if (!options.middleware?.length || this.#isOfWire(error)) fetchErrors?.add(error);
    });
  }

  /** Whether `error` comes from `fetch`, and not from middleware of the application. */
  #isOfWire(error: object): boolean {
    const wire = this.#wire;
    if (wire?.error !== undefined) return [error, (error as { cause?: unknown }).cause].includes(wire.error);
    // `fetch` fails with a `TypeError` of its own, and sends nothing, if it cannot follow a redirect.
    const redirect = wire?.response && redirectOf(wire.response, wire.url);
    return redirect !== undefined && (error as Error).name === 'TypeError';
  }

  /** Each request after the first is a separate attempt. Other network requests of the application are not attempts. */
  onRequest(url: string, result: WireResult): void {
    // A request that is aborted before it is sent is not an attempt either.
    if (this.#sending.aborted()) return;
    this.#sending.port.guard.run('attempt', () => {
      const before = this.#wire;
      const redirect = before?.response && redirectOf(before.response, before.url);
      if (url !== redirect && !isSentTo(this.#sending.request.url, url)) return;
      this.#wire = Object.assign(result, { url });
      if (!before || url === redirect) return;
      // `fetch` turns a redirect that it cannot follow into an error.
      if (before.response && redirect === undefined) {
        recordResponse(this.#sending, this.attempt, before.response);
      } else recordError(this.#sending, this.attempt, before.error);
      this.attempt = beginAttempt(this.#sending);
    });
  }
}

/** Begins the next attempt of the call. */
function beginAttempt({ call, request, options, model, startedAt }: Sending): Attempt {
  call.request ??= requestFacts(options);
  return call.beginAttempt(
    clean(request.method?.toUpperCase() ?? 'GET'),
    clean(withoutQuery(request.url), MAX_URL),
    model,
    startedAt,
  );
}

/** Records the `response` to `attempt`. */
function recordResponse(sending: Sending, attempt: Attempt, response: Response | WireResponse): void {
  const { call } = sending;
  // The application may replace a response with any value.
  if (typeof response?.headers?.get !== 'function' || typeof response.status !== 'number') return;
  const { status, headers } = response;
  const head = readResponseHead(status, headers);
  if (isOk(status)) {
    failedRequests.accepted(sending.request.body, performance.now());
    call.acceptAttempt(attempt, head);
    if (call.start.method === BATCH_RESULTS && 'text' in response) {
      observeBatchResults(sending.port.guard, attempt.url, response, (result) =>
        call.readBatchResult(result),
      );
    }
    if (MODELS.has(call.start.method) && 'text' in response) {
      observeModels(sending.port.guard, response, (read) =>
        sending.port.modelsRead(read, call.start.provider),
      );
    }
    if (sending.observes && call.start.operation === 'chat' && 'text' in response) {
      observeMessage(sending.port.guard, attempt, response);
    }
    return;
  }
  const failure = failureOf(sending, status, headers);
  call.failAttempt(attempt, failure, head);
  if (failure.retryable && attempt.number > 1) failedRequests.failed(sending.request.body, performance.now());
  if (!('text' in response)) return;
  onErrorText(response, (text) => {
    if (text === undefined) return;
    sending.port.guard.run('attempt', () => describe(sending, attempt, status, text));
  });
}

/** Records that `attempt` failed with `error` and without a response. */
function recordError({ call, request, aborted }: Sending, attempt: Attempt, error: unknown): void {
  // An abort by the application is not a failure. The end of the call records it.
  if (aborted()) return;
  call.failAttempt(attempt, {
    errorType: isTimeout(error) ? 'client_timeout_error' : 'connection_error',
    retryable: true,
  });
  if (attempt.number > 1) failedRequests.failed(request.body, performance.now());
}

/** The facts of a failure that status and headers state. */
function failureOf(sending: Sending, status: number, headers: Headers): FailureFacts {
  const { request, port } = sending;
  return {
    errorType: errorType(undefined, status),
    retryable: isRetryableStatus(status, headers.get('x-should-retry')),
    shape: INPUT_STATUSES.has(status)
      ? requestShape(sentBody(sending), request.body, request.headers.get('anthropic-beta'), undefined)
      : undefined,
    content: port.captureContent ? { request: sentBody(sending) } : undefined,
  };
}

/** The maximum length of a rewritten body that is parsed, in UTF-16 units. */
const MAX_REWRITTEN = 4 * 1024 * 1024;

/** The body that was sent: the call's, or the one that the application's middleware made of it. */
function sentBody({ request: { body }, options, rewritten }: Sending): unknown {
  if (!rewritten || typeof body !== 'string' || body.length > MAX_REWRITTEN) return options.body;
  return parseJson(body) ?? options.body;
}

/** Records the facts in the error body, which the SDK reads after it gives up. For a failure that it retries, only the status is known. */
function describe(sending: Sending, attempt: Attempt, status: number, text: string): void {
  const { call } = sending;
  const { type, code, message } = parseEnvelope(text);
  const { shape, content } = attempt.failure ?? {};
  const billing = isBillingRefusal(code, message);
  call.describeFailure(attempt, {
    errorType: errorType(type, status),
    errorCode: code !== undefined && /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : undefined,
    billing,
    // Waiting for a retry does not raise a spend limit, so the call is not out of retries.
    ...(billing && status === 429 && { retryable: false }),
    shape: shape && !billing ? { ...shape, errorField: errorField(message, sentBody(sending)) } : undefined,
    content: content && { ...content, message },
  });
}

function readResponseHead(status: number, headers: Headers): ResponseHead {
  const now = Date.now();
  const requestId = headers.get('request-id') ?? headers.get('x-amzn-requestid');
  return {
    status,
    requestId: requestId === null ? undefined : clean(requestId),
    rateLimits: readRateLimits(headers, now),
    retryAfter: isOk(status) ? undefined : parseRetryAfter(headers, now),
  };
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Follows the SDK's own rule: an abort that the application did not cause is the SDK's timeout. */
function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return name === 'AbortError' || /timed? ?out/i.test(`${String(error)} ${String(cause ?? '')}`);
}

/** The facts of a request that the options of its call state. */
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
  // Most URLs have nothing to remove, and parsing is slow.
  if (!/[?#@]/.test(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
