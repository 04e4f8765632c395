/**
 * A call that the SDK makes no span for: every call of an SDK before 0.134, and `client.post(...)` and the like of any.
 * We make the span. What ends the call is seen by what the SDK does with the result of each pass through its middleware, or of
 * each `fetch`:
 *
 * - It reads the body of a success: the call ends with the reading (`ResponseReading`).
 * - It reads the body of an error: it has given up. It never reads that of an attempt that it retries.
 * - It gets no response: it gives up when no retries are left.
 */
import { type Context, context, type Span, trace } from '@opentelemetry/api';
import type { Call } from '../model/call.ts';
import type { CallSpan } from '../ports/call-span.ts';
import type { Guard } from '../ports/guard.ts';
import type { SeamPort } from '../ports/seam-port.ts';
import { isRetryableError, sdkErrorType } from './middleware/errors.ts';
import { runOnce } from './middleware/run-once.ts';
import { parseEnvelope } from './response/error-envelope.ts';
import { onErrorText } from './response/error-text.ts';
import { observeResponse } from './response/response.ts';
import { ResponseReading } from './response/response-reading.ts';
import { endInError, type OpenCall, setAnswerFacts } from './span/call-span.ts';

/** What a pass through the SDK's middleware, or its `fetch`, depends on. */
export interface Pass {
  /** Whether the SDK has retries left after it. */
  readonly retriesLeft: boolean;
  /** Whether the application has aborted the call. */
  aborted(): boolean;
  /** Aborts while the call waits for a retry. */
  readonly signal: AbortSignal | null | undefined;
  /** Whether the SDK retries after this error from the HTTP client. Others come from middleware of the application. */
  isFetchError(error: unknown): boolean;
}

type State =
  /** A pass is under way. */
  | { readonly kind: 'sending' }
  /** The SDK, or the application, reads the body of a success. */
  | { readonly kind: 'reading' }
  /** An attempt failed, and a retry may follow. `stop` ends the waiting. */
  | { readonly kind: 'waiting'; readonly stop: () => void }
  /** No attempt can follow. */
  | { readonly kind: 'over' };

/** The longest that the SDK waits before a retry of its own accord, in milliseconds. */
const MAX_BACKOFF = 8000;

/** How much later than due a retry can come, in milliseconds: a blocked event loop, a token that is renewed. */
const MARGIN = 5000;

/** The longest that a timer runs, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** An open call, and how it is going. */
export class UntracedCall {
  readonly call: Call;
  readonly #span: Span;
  readonly #guard: Guard;
  readonly #onOver: () => void;
  #state: State = { kind: 'sending' };

  /** `onOver` is called when no attempt can follow any more. */
  constructor(port: SeamPort, { call, span }: OpenCall, onOver: () => void = () => {}) {
    this.#guard = port.guard;
    this.call = call;
    this.#span = span;
    this.#onOver = onOver;
  }

  /** Whether an attempt failed, and a retry may be on its way. */
  get waiting(): boolean {
    return this.#state.kind === 'waiting' && !this.call.ended;
  }

  /** Runs `send`, a pass, in the context of the call, and follows what the SDK does with its result. */
  async run(pass: Pass, send: () => Promise<Response>): Promise<Response> {
    this.#guard.run('call', () => this.#become({ kind: 'sending' }));
    const run = runOnce(send);
    this.#guard.run('spans', () => {
      context.with(this.#context(), run);
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

  /** The span that the application sees, not ours in front of it: sockets keep the context that they were opened in. */
  #context(): Context {
    const { span, visible } = this.call.handle as CallSpan;
    return visible ? trace.setSpan(context.active(), span) : context.active();
  }

  #responded(pass: Pass, response: Response): void {
    if (response.ok) this.#accepted(response);
    else this.#rejected(pass, response);
  }

  #accepted(response: Response): void {
    this.#become({ kind: 'reading' });
    this.#onOver();
    setAnswerFacts(this.#span, response.status, response.headers.get('request-id'));
    const reading = new ResponseReading(this.#guard, { call: this.call, span: this.#span });
    const empty = response.body === null || response.headers.get('content-length') === '0';
    // Such a response is complete as it is, and the SDK does not read it.
    if (response.status === 204 || empty) reading.completed();
    else observeResponse(response, reading);
  }

  #rejected(pass: Pass, response: Response): void {
    const { failure, answer } = this.call.attempt ?? {};
    const giveUp = (text: string | undefined): void => {
      if (this.call.ended) return;
      setAnswerFacts(this.#span, response.status, response.headers.get('request-id'));
      this.#end(parseEnvelope(text ?? '').type ?? failure?.errorType ?? String(response.status));
    };
    onErrorText(response, (text) => this.#guard.run('call', () => giveUp(text)));
    const due = Math.max((answer?.retryAfter ?? 0) * 1000, MAX_BACKOFF);
    const retryDue = pass.retriesLeft && failure?.retryable === true;
    this.#wait(due, pass.signal, () => (retryDue ? this.#cancel() : giveUp(undefined)));
  }

  #failed(pass: Pass, error: unknown): void {
    const errorType = pass.isFetchError(error)
      ? (this.call.attempt?.failure?.errorType ?? 'connection_error')
      : sdkErrorType(error);
    const retryable = pass.isFetchError(error) || isRetryableError(error);
    if (pass.aborted()) this.#cancel();
    else if (retryable && pass.retriesLeft) this.#wait(MAX_BACKOFF, pass.signal, () => this.#end(errorType));
    else this.#end(errorType);
  }

  /** Calls `onNone` when no retry comes. It is due in so many milliseconds. */
  #wait(due: number, signal: AbortSignal | null | undefined, onNone: () => void): void {
    const timer = setTimeout(() => this.#guard.run('call', onNone), Math.min(due + MARGIN, MAX_TIMER));
    // Timers are numbers in some environments.
    timer.unref?.();
    const onAbort = (): void => void this.#guard.run('call', () => this.#cancel());
    signal?.addEventListener('abort', onAbort, { once: true });
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    this.#become({ kind: 'waiting', stop });
  }

  #become(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (before.kind === 'waiting') before.stop();
  }

  #end(errorType: string): void {
    this.#become({ kind: 'over' });
    this.#onOver();
    if (!this.call.ended) endInError(this.#span, errorType);
  }

  /** The SDK leaves the status of a canceled call unset. */
  #cancel(): void {
    this.#become({ kind: 'over' });
    this.#onOver();
    this.#span.end();
  }
}
