/**
 * A call for which the SDK creates no span: every call of an SDK before 0.134.0, and calls such as `client.post(...)` of every SDK.
 * This package creates the span. The end of the call shows in how the SDK handles the result of each pass through its middleware, or
 * of each `fetch`:
 *
 * - The SDK reads the body of a success: the call ends with the reading (`ResponseReading`).
 * - The SDK reads the body of an error: it gave up. It never reads the body of an attempt that it retries, but discards it, and
 *   gives up if it cannot.
 * - The SDK gets no response: it gives up if no retries are left. The number of retries is not always known, because neither the
 *   options of a single call nor those of a copy of the client are seen below middleware. In that case, the call ends if no retry
 *   follows, as of the time of the failure.
 */
import { context, type Span } from '@opentelemetry/api';
import type { AdapterPort } from '../ports/adapter-port.ts';
import { applicationContext, type SpannedCall } from '../ports/call-span.ts';
import type { Guard } from '../ports/guard.ts';
import { isRetryableError, sdkErrorType } from './middleware/errors.ts';
import { runOnce } from './middleware/run-once.ts';
import { observeDiscard } from './response/discarded-body.ts';
import { onErrorText, parseEnvelope } from './response/error-envelope.ts';
import { observeResponse } from './response/observe-response.ts';
import { CLIENT_ERROR, ResponseReading } from './response/response-reading.ts';
import { endInError, type OpenCall, setResponseFacts } from './span/call-span.ts';

/** The state of a pass through the SDK's middleware, or through its `fetch`. */
export interface Pass {
  /** The SDK's maximum number of retries, if known. */
  readonly maxRetries: number | undefined;
  /** Whether the SDK reads a body that is declared empty. */
  readonly readsEmpty: boolean;
  /** Whether the SDK fails if its middleware read the body, or keeps a reader of it. */
  readonly needsBody: boolean;
  /** Whether the application aborted the call. */
  aborted(): boolean;
  /** Aborts while the call waits for a retry. */
  readonly signal: AbortSignal | null | undefined;
  /** Whether this error came from the HTTP client, after which the SDK retries. Other errors come from the application's middleware. */
  isFetchError(error: unknown): boolean;
}

type State =
  /** A pass is in flight. */
  | { readonly kind: 'sending' }
  /** The SDK, or the application, reads the body of a success. */
  | { readonly kind: 'reading' }
  /** An attempt failed, and a retry may follow. `stop` ends the wait. */
  | { readonly kind: 'waiting'; readonly stop: () => void }
  /** No attempt can follow. */
  | { readonly kind: 'over' };

/** The SDK's own waits before a retry, in milliseconds. They double from the first to the longest. */
const FIRST_BACKOFF = 500;
const MAX_BACKOFF = 8000;

/** The SDK's default number of retries. */
const DEFAULT_RETRIES = 2;

/** How late a retry can be, in milliseconds. */
const MARGIN = 500;

/** The maximum delay of a timer, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** An open call and its state. */
export class UntracedCall {
  readonly call: SpannedCall;
  readonly #span: Span;
  readonly #guard: Guard;
  readonly #onOver: () => void;
  #state: State = { kind: 'sending' };
  /** The number of passes before the current one. Counted here, because an application may remove the header that states it. */
  #retries = -1;

  /** `onOver` is called when no attempt can follow. */
  constructor(port: AdapterPort, { call, span }: OpenCall, onOver: () => void = () => {}) {
    this.#guard = port.guard;
    this.call = call;
    this.#span = span;
    this.#onOver = onOver;
  }

  /** Whether an attempt failed and a retry may follow. */
  get waiting(): boolean {
    return this.#state.kind === 'waiting' && !this.call.ended;
  }

  /** Runs `send`, one pass, in the context of the call, and follows how the SDK handles its result. */
  async run(pass: Pass, send: () => Promise<Response>): Promise<Response> {
    this.#retries++;
    this.#guard.run('call', () => this.#become({ kind: 'sending' }));
    const run = runOnce(send);
    this.#guard.run('spans', () => {
      context.with(applicationContext(this.call.handle), run);
    });
    let response: Response;
    try {
      response = await run();
    } catch (error) {
      this.#guard.run('call', () => this.#failed(pass, error));
      throw error;
    }
    this.#guard.run('call', () => this.#responded(pass, response));
    return response;
  }

  #responded(pass: Pass, response: Response): void {
    if (pass.needsBody && (response.bodyUsed || response.body?.locked)) this.#end(CLIENT_ERROR);
    else if (response.ok) this.#accepted(pass, response);
    else this.#rejected(pass, response);
  }

  #accepted(pass: Pass, response: Response): void {
    this.#become({ kind: 'reading' });
    this.#onOver();
    setResponseFacts(this.#span, response.status, response.headers.get('request-id'));
    const reading = new ResponseReading(this.#guard, { call: this.call, span: this.#span });
    const empty = !pass.readsEmpty && response.headers.get('content-length') === '0';
    // The SDK fails when it reads a stream without a body, or one that has another reader.
    if (this.call.stream && (response.body === null || response.body.locked)) reading.failed(undefined);
    // Such a response is already complete, and the SDK does not read it.
    else if (response.status === 204 || empty) reading.completed();
    else observeResponse(response, reading);
  }

  #rejected(pass: Pass, response: Response): void {
    const { failure, response: head } = this.call.attempt ?? {};
    const failedAt = performance.now();
    const giveUp = (text: string | undefined, endedAt?: number): void => {
      if (this.call.ended) return;
      setResponseFacts(this.#span, response.status, response.headers.get('request-id'));
      this.#end(parseEnvelope(text ?? '').type ?? failure?.errorType ?? String(response.status), endedAt);
    };
    onErrorText(response, (text) => this.#guard.run('call', () => giveUp(text)));
    const due = head?.retryAfter === undefined ? backoffOf(this.#retries) : head.retryAfter * 1000;
    // No retry followed although the SDK read no body: the SDK could not read it.
    const wait = (): void => this.#wait(due, pass.signal, () => giveUp(undefined, failedAt));
    wait();
    const whileWaiting = (step: () => void) => () => void (this.waiting && this.#guard.run('call', step));
    observeDiscard(response.body, {
      started: whileWaiting(() => this.#become({ kind: 'waiting', stop() {} })),
      discarded: whileWaiting(() => (pass.signal?.aborted ? this.#cancel() : wait())),
      failed: whileWaiting(() => (pass.signal?.aborted ? this.#cancel() : giveUp(undefined))),
    });
  }

  #failed(pass: Pass, error: unknown): void {
    const errorType = pass.isFetchError(error)
      ? (this.call.attempt?.failure?.errorType ?? 'connection_error')
      : sdkErrorType(error);
    const retryable = pass.isFetchError(error) || isRetryableError(error);
    const { maxRetries = Number.POSITIVE_INFINITY } = pass;
    const failedAt = performance.now();
    if (pass.aborted()) this.#cancel();
    else if (!retryable || this.#retries >= maxRetries) this.#end(errorType);
    else {
      const end = (): void => this.#end(errorType, failedAt);
      // An abort after the SDK's default number of retries more likely comes after the call than while it waits.
      const waits = this.#retries < (pass.maxRetries ?? DEFAULT_RETRIES);
      this.#wait(backoffOf(this.#retries), pass.signal, end, waits ? undefined : end);
      // Whether the SDK retries is unknown. If the process ends now, the call more likely failed.
      this.call.handle.resolve = () => void this.#guard.run('call', end);
    }
  }

  /** Calls `onNone` if no retry follows within `due` milliseconds, and `aborted` if `signal` aborts before. */
  #wait(
    due: number,
    signal: AbortSignal | null | undefined,
    onNone: () => void,
    aborted = (): void => this.#cancel(),
  ): void {
    const timer = setTimeout(() => this.#guard.run('call', onNone), Math.min(due + MARGIN, MAX_TIMER));
    // Timers are numbers in some environments.
    timer.unref?.();
    const onAbort = (): void => void this.#guard.run('call', aborted);
    signal?.addEventListener('abort', onAbort, { once: true });
    const stop = (): void => {
      clearTimeout(timer);
      this.call.handle.resolve = undefined;
      signal?.removeEventListener('abort', onAbort);
    };
    this.#become({ kind: 'waiting', stop });
  }

  #become(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (before.kind === 'waiting') before.stop();
  }

  #end(errorType: string, endedAt?: number): void {
    this.#become({ kind: 'over' });
    this.#onOver();
    if (!this.call.ended) endInError(this.#span, errorType, endedAt);
  }

  /** The SDK does not set the status of a canceled call. */
  #cancel(): void {
    this.#become({ kind: 'over' });
    this.#onOver();
    this.#span.end();
  }
}

function backoffOf(retries: number): number {
  return Math.min(FIRST_BACKOFF * 2 ** retries, MAX_BACKOFF);
}
