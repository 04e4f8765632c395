/**
 * A call: one invocation of an SDK method, all its attempts and the reading of its stream.
 *
 * A `Call` is made once, when the SDK starts it, and ended exactly once, whatever its end. It turns what
 * the adapters see into events for a `CallListener`, each attempt ended exactly once and before its call.
 */
import type { Attempt, AttemptFailure, Disposition, ResponseHead } from './attempt.ts';
import type { Attribution } from './attribution.ts';
import type { Usage } from './cost.ts';
import { errorType, type Fault, faultOf, isRetryableType } from './errors.ts';

/** How a call ended. `canceled`: the application aborted it, or closed its stream early. */
export type Outcome = 'ok' | 'error' | 'canceled';

/** Every outcome. */
export const OUTCOMES: readonly Outcome[] = ['ok', 'error', 'canceled'];

/** What is known of a call when it starts. */
export interface CallStart {
  /** The SDK method, such as `messages.create`. */
  readonly method: string;
  readonly operation?: string | undefined;
  readonly provider: string;
  /** The path with its parameters in braces, such as `/v1/messages`. */
  readonly route?: string | undefined;
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly stream: boolean;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly conversationId?: string | undefined;
}

/** What the request says that the start of the call does not. */
export interface RequestFacts {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly fast: boolean;
  /** Whether the request asks for a stream, of any method. */
  readonly stream: boolean;
}

/** What is known of a call when it ends. */
export interface CallEnd {
  readonly outcome: Outcome;
  /** The SDK's own word for the error: the envelope's type, a connection word, or a status. */
  readonly sdkErrorType?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly responseId?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
}

/** Receives what happens to calls. */
export interface CallListener {
  callStarted?(call: Call): void;
  attemptStarted?(call: Call, attempt: Attempt): void;
  /** The attempt failed, or its response arrived. Comes before `attemptEnded`, at once. */
  attemptResponded?(call: Call, attempt: Attempt): void;
  attemptEnded?(call: Call, attempt: Attempt): void;
  callEnded?(call: Call, end: CallEnd): void;
}

/** The most request ids that a call remembers. */
const MAX_REQUEST_IDS = 16;

/** A call in progress. `handle` is the adapter's own and opaque here. */
export class Call {
  readonly start: CallStart;
  readonly handle: unknown;
  /** Monotonic time of the start, in milliseconds. */
  readonly startedAt: number;
  readonly requestIds: string[] = [];
  /** Who it is made for, as the application says. Fixed when it starts. */
  attribution: Attribution | undefined;
  request: RequestFacts | undefined;
  /** Attempts so far. */
  attempts = 0;
  /** Time waited between attempts, in seconds. */
  retryDelayTotal = 0;
  /** The last attempt. */
  attempt: Attempt | undefined;
  /** In seconds, from the start of the last attempt to the first content chunk. */
  timeToFirstChunk: number | undefined;
  /** In seconds, once the call has ended. */
  duration: number | undefined;
  /** `error.type`, once the call has ended in an error. */
  errorType: string | undefined;
  fault: Fault | undefined;
  /** Whether the last allowed attempt failed with a retryable error. */
  exhausted = false;
  readonly #listener: CallListener;
  readonly #now: () => number;
  /** Attempts that have not ended. More than one where the application sends several at the same time. */
  #open: Attempt[] = [];
  #attemptEndedAt = 0;

  /** `startedAt`: when the call started, for one that is known only later. */
  constructor(
    start: CallStart,
    listener: CallListener,
    handle: unknown,
    now: () => number,
    startedAt: number = now(),
  ) {
    this.start = start;
    this.handle = handle;
    this.#listener = listener;
    this.#now = now;
    this.startedAt = startedAt;
    listener.callStarted?.(this);
  }

  get ended(): boolean {
    return this.duration !== undefined;
  }

  /** Whether the call's response comes as a stream. */
  get stream(): boolean {
    return this.start.stream || this.request?.stream === true;
  }

  /**
   * A request leaves for the API. Attempts that failed before it end: they are retried.
   *
   * @param startedAt monotonic time of the start in milliseconds, for an attempt that is known only later
   */
  beginAttempt(httpMethod: string, url: string, startedAt?: number): Attempt {
    const before = this.attempt;
    for (const each of this.#open) this.#endIfResolved(each);
    const delayed = before?.duration !== undefined;
    const start = startedAt ?? this.#now();
    const attempt: Attempt = {
      number: ++this.attempts,
      startedAt: start,
      late: startedAt !== undefined,
      httpMethod,
      url,
      retryDelay: delayed ? Math.max(0, start - this.#attemptEndedAt) / 1000 : undefined,
      retryCause: before?.failure?.errorType,
    };
    this.retryDelayTotal += attempt.retryDelay ?? 0;
    this.attempt = attempt;
    this.#open = [...this.#open.filter(({ disposition }) => disposition === undefined), attempt];
    this.#listener.attemptStarted?.(this, attempt);
    return attempt;
  }

  /** The API accepted `attempt`. The attempt lasts until its body is read, with the call. */
  acceptAttempt(attempt: Attempt, response: ResponseHead): void {
    if (attempt.disposition) return;
    this.#setResponse(attempt, response);
    this.#listener.attemptResponded?.(this, attempt);
    if (attempt !== this.attempt) this.#endIfResolved(attempt);
  }

  /**
   * `attempt` failed: the API rejected it with `response`, or no response came. Whether it is retried shows when the next attempt
   * begins or the call ends.
   */
  failAttempt(attempt: Attempt, failure: AttemptFailure, response?: ResponseHead): void {
    if (attempt.disposition) return;
    if (response) this.#setResponse(attempt, response);
    attempt.failure = failure;
    attempt.failedAt = this.#now();
    this.#listener.attemptResponded?.(this, attempt);
    if (attempt !== this.attempt) this.#endIfResolved(attempt);
  }

  /** The SDK has read the body of the response to `attempt`, which says more of its failure. */
  describeFailure(attempt: Attempt, details: Partial<AttemptFailure>): void {
    if (attempt.disposition || !attempt.failure) return;
    attempt.failure = { ...attempt.failure, ...details };
  }

  /** The first content chunk of a stream reached the application. */
  firstChunk(): void {
    this.timeToFirstChunk ??= (this.#now() - (this.attempt?.startedAt ?? this.startedAt)) / 1000;
  }

  /**
   * Ends the call. Only the first end counts.
   *
   * @param endedAt when it ended, in monotonic milliseconds, if that is known only now
   */
  end(end: CallEnd, endedAt: number = this.#now()): void {
    if (this.ended) return;
    this.duration = (endedAt - this.startedAt) / 1000;
    const last = this.attempt;
    if (end.outcome === 'error') {
      this.errorType = errorType(end.sdkErrorType, end.status);
      const { failure } = last ?? {};
      const status = end.status ?? last?.response?.status;
      this.fault = faultOf({ errorType: this.errorType, status, billing: failure?.billing });
      if (last && (!failure || failure.errorType !== this.errorType)) {
        // What only the end tells: an `error` event in the stream, a cut stream, a body that is no JSON.
        const rejected = failure !== undefined && (last.response?.status ?? 0) >= 300;
        last.failure = {
          ...failure,
          errorType: this.errorType,
          retryable: rejected ? failure.retryable : isRetryableType(this.errorType),
        };
      }
      this.exhausted = last?.failure?.retryable === true;
    }
    for (const each of this.#open) {
      if (each !== last) this.#endAttempt(each, each.failure ? 'retried' : each.response ? 'ok' : 'canceled');
    }
    if (last) this.#endAttempt(last, lastDisposition(last, end.outcome));
    this.#open = [];
    this.#listener.callEnded?.(this, end);
  }

  #setResponse(attempt: Attempt, response: ResponseHead): void {
    attempt.response = response;
    attempt.respondedAt = this.#now();
    if (response.requestId !== undefined && this.requestIds.length < MAX_REQUEST_IDS) {
      this.requestIds.push(response.requestId);
    }
  }

  /** Ends an attempt that another one follows, unless it is still on its way. */
  #endIfResolved(attempt: Attempt): void {
    if (attempt.failure) this.#endAttempt(attempt, 'retried');
    else if (attempt.response) this.#endAttempt(attempt, 'ok');
  }

  #endAttempt(attempt: Attempt, disposition: Disposition): void {
    if (attempt.disposition) return;
    const endedAt = attempt.failedAt ?? this.#now();
    this.#attemptEndedAt = Math.max(this.#attemptEndedAt, endedAt);
    attempt.duration = (endedAt - attempt.startedAt) / 1000;
    attempt.disposition = disposition;
    this.#listener.attemptEnded?.(this, attempt);
  }
}

function lastDisposition(attempt: Attempt, outcome: Outcome): Disposition {
  if (outcome === 'error' || attempt.failure) return 'final';
  return attempt.response ? 'ok' : 'canceled';
}
