/** A call as its policies share it: one for each request that enters the chain. */
import type { Clock } from './clock.ts';
import { type FailureKind, isTimeout } from './failure.ts';
import type { ApiRequest, CallOptions, MiddlewareContext } from './middleware.ts';

/** A call in progress. */
export class Call {
  readonly options: CallOptions;
  readonly startedAt: number;
  readonly clock: Clock;
  /** When the call has to have its response, in Unix milliseconds. */
  deadlineAt = Number.POSITIVE_INFINITY;
  /** Aborts at the deadline. */
  deadlineSignal: AbortSignal | undefined;
  /** The policies that the call has entered, outermost first. */
  readonly entered = new Map<string, object>();
  /** The failures that another model or client of a fallback chain is still to be asked after. */
  fallsBackOn: ReadonlySet<FailureKind> | undefined;
  readonly #request: ApiRequest;
  #requestTimedOut = false;

  constructor(request: ApiRequest, options: CallOptions, clock: Clock) {
    this.#request = request;
    this.options = options;
    this.clock = clock;
    this.startedAt = clock.now();
  }

  /** Whether the application aborted the call. The SDK's own timeout is no abort. */
  get aborted(): boolean {
    return (
      this.options.signal?.aborted === true ||
      (!this.#requestTimedOut && this.#request.signal?.aborted === true)
    );
  }

  /** The signals that end the call. The SDK's signal is none of them once its timeout has used it up. */
  get signal(): AbortSignal | undefined {
    const { signal } = this.options;
    const request = this.#requestTimedOut ? undefined : this.#request.signal;
    return anySignal(signal, request, this.deadlineSignal);
  }

  /** Notes that an attempt threw `error`: after its timeout the SDK's signal stays aborted, and would end every retry. */
  attemptThrew(error: unknown): void {
    const { signal } = this.#request;
    if (this.options.signal?.aborted !== true && signal?.aborted === true && isTimeout(error)) {
      this.#requestTimedOut = true;
    }
  }

  /** Whether the application has aborted the call, or its deadline has passed. */
  get ended(): boolean {
    return this.aborted || this.deadlineSignal?.aborted === true;
  }

  /** The timeout of each attempt in milliseconds, once the SDK's own has ended one: it ends no other. */
  get attemptTimeout(): number | undefined {
    if (!this.#requestTimedOut) return undefined;
    const seconds = Number(this.#request.headers.get('x-stainless-timeout'));
    // The SDK cuts the header to whole seconds.
    return this.options.timeout ?? (seconds + 1) * 1000;
  }

  /** Whether a wait of `ms` ends before the deadline. */
  hasTimeFor(ms: number): boolean {
    return this.clock.now() + ms < this.deadlineAt;
  }

  /**
   * Waits `ms` milliseconds.
   * @throws an abort error when the application aborts the call
   */
  async wait(ms: number): Promise<void> {
    const { signal } = this;
    await this.clock.sleep(ms, signal);
    this.throwIfEnded();
  }

  /** @throws an abort error when the application has aborted the call, or its deadline has passed */
  throwIfEnded(): void {
    if (this.ended) throw abortError();
  }
}

/** A signal that aborts with the first of `signals`; absent ones do not count. */
export function anySignal(...signals: readonly (AbortSignal | null | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal instanceof AbortSignal);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

/** What `fetch` throws when its signal aborts: the SDK makes a user abort or a timeout of it. */
export function abortError(): DOMException {
  return new DOMException('This operation was aborted', 'AbortError');
}

const calls = new WeakMap<MiddlewareContext, Call>();

/** The call of `context`. */
export function callOf(
  request: ApiRequest,
  context: MiddlewareContext,
  options: CallOptions,
  clock: Clock,
): Call {
  let call = calls.get(context);
  if (!call) {
    call = new Call(request, options, clock);
    calls.set(context, call);
  }
  return call;
}
