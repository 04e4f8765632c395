/**
 * A call: one invocation of an SDK method, with all its attempts and the reading of its stream. A `Call` is created once, when the SDK
 * starts it, and ends exactly once, however it ends. It turns what the adapters see into events for a `CallListener`. Each attempt ends
 * exactly once, before its call.
 */
import {
  type Attempt,
  type Disposition,
  type FailureFacts,
  lastDisposition,
  type ResponseHead,
  setFailure,
} from './attempt.ts';
import type { AddedValue, Attribution } from './attribution.ts';
import type { BatchResult } from './batch.ts';
import type { CallEnd, CallStart, Outcome, RequestFacts } from './call-facts.ts';
import { type AbortState, type CanceledBy, canceledBy } from './canceled.ts';
import type { Decision } from './decision.ts';
import { errorType, type Fault, faultOf, isRetryableType } from './errors.ts';
import { type Bill, billsOf, type MessageFacts } from './message.ts';
import { causeOfChange, fallbackCauseOf, type OtherResponse, type Serving, servingOf } from './serving.ts';

export { OUTCOMES } from './call-facts.ts';
export type { CallEnd, CallStart, Outcome, RequestFacts };

/** The maximum number of request ids that a call keeps. */
const MAX_REQUEST_IDS = 16;

/** The maximum number of accepted attempts, and of other clients' responses, that a call keeps. */
const MAX_RESPONSES = 100;

/** Receives the events of calls. */
export interface CallListener<Handle = unknown> {
  callStarted?(call: Call<Handle>): void;
  attemptStarted?(call: Call<Handle>, attempt: Attempt): void;
  /** The attempt failed, or its response arrived. Called immediately, and before `attemptEnded`. */
  attemptResponded?(call: Call<Handle>, attempt: Attempt): void;
  attemptEnded?(call: Call<Handle>, attempt: Attempt): void;
  callEnded?(call: Call<Handle>, end: CallEnd): void;
  /** The application read the result of a batch request. This can continue after the call has ended. */
  batchResultRead?(call: Call<Handle>, result: BatchResult): void;
  /** A policy of the application made a decision about the open call. */
  decisionMade?(call: Call<Handle>, decision: Decision): void;
  /** The call repeats one that recently failed after its own retries. */
  callRepeated?(call: Call<Handle>): void;
}

/** A call in progress. `handle` is the adapter's own state, opaque here. */
export class Call<Handle = unknown> {
  readonly start: CallStart;
  readonly handle: Handle;
  /** Monotonic time of the start, in milliseconds. */
  readonly startedAt: number;
  readonly requestIds: string[] = [];
  /** The attribution of the call, as the application states it. Fixed at its start. */
  attribution: Attribution | undefined;
  /** The attributes that the application's hooks add to the span and log records. */
  added: Readonly<Record<string, AddedValue>> | undefined;
  request: RequestFacts | undefined;
  /** The number of attempts so far. */
  attempts = 0;
  /** Time waited between attempts, in seconds. */
  retryDelayTotal = 0;
  /** The last attempt. */
  attempt: Attempt | undefined;
  /** In seconds, from the start of the last attempt to the first content chunk. */
  timeToFirstChunk: number | undefined;
  /** In seconds, after the call has ended. */
  duration: number | undefined;
  /** The `error.type`, after the call has ended with an error. */
  errorType: string | undefined;
  fault: Fault | undefined;
  /** Whether the last allowed attempt failed with a retryable error. */
  exhausted = false;
  /** The application's abort signal, or `undefined` if unknown. */
  abort: { deref(): AbortState | undefined } | undefined;
  /** Who canceled the call, after it was canceled and if known. */
  canceledBy: CanceledBy | undefined;
  /** Who served the call, after it succeeded and if known. */
  serving: Serving | undefined;
  /** The bills of the call, after it has ended: one per model and API response. */
  bills: readonly Bill[] = [];
  readonly #listener: CallListener<Handle>;
  readonly #now: () => number;
  /** Attempts that have not ended. There are several if the application sends several at the same time. */
  #open: Attempt[] = [];
  /** The attempts that the API accepted. */
  readonly #accepted: Attempt[] = [];
  /** The responses that the application's middleware got from other clients. */
  readonly #others: OtherResponse[] = [];
  #unseen = false;
  #attemptEndedAt = 0;

  /** `startedAt` is the start of a call that becomes known only later. */
  constructor(
    start: CallStart,
    listener: CallListener<Handle>,
    handle: Handle,
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

  /** Whether the attempts of the call cannot be seen. */
  get attemptsUnseen(): boolean {
    return this.start.attemptsUnseen === true || this.#unseen;
  }

  /** Whether the response of the call is a stream. */
  get stream(): boolean {
    return this.start.stream || this.request?.stream === true;
  }

  /**
   * A request is sent to the API. Earlier attempts that failed end as retried.
   *
   * @param model the model that the request names
   * @param startedAt monotonic time of the start in milliseconds, for an attempt that is known only later
   */
  beginAttempt(
    httpMethod: string,
    url: string,
    model: string | undefined = this.start.model,
    startedAt?: number,
  ): Attempt {
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
      model,
      fallbackCause: fallbackCauseOf(this.start.model, model, before),
      retryDelay: delayed ? Math.max(0, start - this.#attemptEndedAt) / 1000 : undefined,
      retryCause: before?.failure?.errorType,
    };
    this.retryDelayTotal += attempt.retryDelay ?? 0;
    this.attempt = attempt;
    this.#open = [...this.#open.filter(({ disposition }) => disposition === undefined), attempt];
    this.#listener.attemptStarted?.(this, attempt);
    return attempt;
  }

  /** The API accepted `attempt`. The attempt lasts until its body is read, and ends with the call. */
  acceptAttempt(attempt: Attempt, response: ResponseHead): void {
    if (attempt.disposition) return;
    this.#setResponse(attempt, response);
    if (this.#accepted.length < MAX_RESPONSES) this.#accepted.push(attempt);
    this.#listener.attemptResponded?.(this, attempt);
    if (attempt !== this.attempt) this.#endIfResolved(attempt);
  }

  /**
   * `attempt` failed: the API rejected it with `response`, or no response arrived. The next attempt, or the end of the call, shows
   * whether it was retried.
   */
  failAttempt(attempt: Attempt, failure: FailureFacts, response?: ResponseHead): void {
    if (attempt.disposition) return;
    if (response) this.#setResponse(attempt, response);
    setFailure(attempt, failure);
    attempt.failedAt = this.#now();
    this.#listener.attemptResponded?.(this, attempt);
    if (attempt !== this.attempt) this.#endIfResolved(attempt);
  }

  /** The SDK read the body of the response to `attempt`, which has more facts about the failure. */
  describeFailure(attempt: Attempt, details: Partial<FailureFacts>): void {
    if (attempt.disposition || !attempt.failure) return;
    setFailure(attempt, { ...attempt.failure, ...details });
  }

  /** The application read the result of a batch request. */
  readBatchResult(result: BatchResult): void {
    this.#listener.batchResultRead?.(this, result);
  }

  /** A call ended that the application's middleware made with another client. Its response may serve this call. */
  otherEnded(other: Call<Handle>): void {
    const attempt = other.#accepted.at(-1);
    if (!attempt || this.ended || this.#others.length >= MAX_RESPONSES) return;
    const billed = attempt.message !== undefined;
    this.#others.push({ attempt, billed, cause: causeOfChange(this.attempt) });
  }

  /** The call repeats one that recently failed after its own retries. */
  repeated(): void {
    this.#listener.callRepeated?.(this);
  }

  /** A policy of the application made a decision about the call. */
  decided(decision: Decision): void {
    if (!this.ended) this.#listener.decisionMade?.(this, decision);
  }

  /** The first content chunk of a stream reached the application. */
  firstChunk(): void {
    this.timeToFirstChunk ??= (this.#now() - (this.attempt?.startedAt ?? this.startedAt)) / 1000;
  }

  /**
   * Ends the call. Only the first end counts.
   *
   * @param endedAt when the call ended, in monotonic milliseconds, if this becomes known only now
   */
  end(end: CallEnd, endedAt: number = this.#now()): void {
    if (this.ended) return;
    this.duration = (endedAt - this.startedAt) / 1000;
    const last = this.attempt;
    this.#unseen = this.attempts === 0 && end.sent === true;
    if (end.outcome === 'error') this.#fail(end, last);
    else if (end.outcome === 'canceled') this.canceledBy = this.abort && canceledBy(this.abort.deref());
    this.#bill(end);
    for (const each of this.#open) {
      if (each !== last) this.#endAttempt(each, each.failure ? 'retried' : each.response ? 'ok' : 'canceled');
    }
    if (last) this.#endAttempt(last, lastDisposition(last, end.outcome));
    this.#open = [];
    this.#listener.callEnded?.(this, end);
  }

  /** Determines the error of the call, who has to act, and whether the call is out of retries. */
  #fail(end: CallEnd, last: Attempt | undefined): void {
    this.errorType = errorType(end.sdkErrorType, end.status);
    const { failure, response } = last ?? {};
    const status = end.status ?? response?.status;
    this.fault = faultOf({ errorType: this.errorType, status, billing: failure?.billing });
    // A failure keeps its type if middleware then throws an error of its own, or makes a response that fails.
    const kept = failure && (this.errorType === 'client_error' || status !== response?.status);
    if (last && !kept && failure?.errorType !== this.errorType) {
      // These errors show only at the end: an `error` event in the stream, a cut stream, a body that is not JSON.
      const retryable = failure?.retryable ?? isRetryableType(this.errorType);
      setFailure(last, { ...failure, errorType: this.errorType, retryable });
    }
    this.exhausted = last?.failure?.retryable === true;
  }

  /** Finds what the call is billed for, and who served it. Only responses that an attempt got from the API are billed. */
  #bill(end: CallEnd): void {
    const { model } = this.start;
    if (this.attemptsUnseen) {
      this.bills = billsOf(messageOf(end), model);
      return;
    }
    const last = this.#accepted.at(-1);
    // The SDK's facts at the end describe this response, if no middleware can have replaced it.
    if (last && !last.observed) last.message ??= messageOf(end);
    if (this.start.operation !== undefined) {
      const unbilled = this.#others.filter(({ billed }) => !billed).map(({ attempt }) => attempt);
      this.bills = [...this.#accepted, ...unbilled].flatMap((each) =>
        each.message ? billsOf(each.message, each.model) : [],
      );
    }
    if (end.outcome === 'ok') this.serving = servingOf(model, this.#accepted, this.#others, end);
  }

  #setResponse(attempt: Attempt, response: ResponseHead): void {
    attempt.response = response;
    attempt.respondedAt = this.#now();
    if (response.requestId !== undefined && this.requestIds.length < MAX_REQUEST_IDS) {
      this.requestIds.push(response.requestId);
    }
  }

  /** Ends an attempt that another one follows, unless it is still in flight. */
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

/** The SDK's facts about the response at the end. */
function messageOf({ responseId, responseModel, stopReason, usage }: CallEnd): MessageFacts {
  return { id: responseId, model: responseModel, stopReason, usage };
}
