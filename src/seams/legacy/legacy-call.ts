/**
 * A call of an SDK that makes no call span. What ends it is seen from below, by what the SDK does with each answer:
 *
 * - It reads the body of a success: the call ends with the reading (`AnswerReading`).
 * - It reads the body of an error: it has given up. A retry never reads it.
 * - It gets no answer: it gives up when no retries are left.
 *
 * While a retry is due the call waits. The next attempt goes on with it; an abort, or a retry that never comes, ends it.
 */
import { context, type Span, trace } from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import type { CallSpan } from '../../ports/call-span.ts';
import { parseEnvelope } from '../error-body.ts';
import { sendAttempt } from '../middleware.ts';
import type { SdkRequest, SdkRequestOptions } from '../sdk-shapes.ts';
import { AnswerReading } from './answer-reading.ts';
import { endInError, type OpenCall, setAnswerFacts } from './call-span.ts';
import type { ClientSeams } from './client-seams.ts';
import { observeRefusal, observeResponse } from './response.ts';
import { type TraceHeaders, traceHeaders } from './trace-headers.ts';

/** Sends the request of an attempt, with more headers when there are any. */
export type SendWith = (headers: TraceHeaders | undefined) => Promise<Response>;

/** The longest that the SDK waits before a retry of its own accord, in milliseconds. */
const MAX_BACKOFF = 8000;

/** How much later than due a retry can come, in milliseconds: a blocked event loop, a token that is renewed. */
const MARGIN = 5000;

/** The longest that a timer runs, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** An open call, and how it is going. */
export class LegacyCall {
  readonly call: Call;
  readonly #span: Span;
  readonly #seams: ClientSeams;
  readonly #onSettled: () => void;
  #stopWaiting: (() => void) | undefined;

  /** `onSettled` is called when no retry can follow any more. */
  constructor(seams: ClientSeams, { call, span }: OpenCall, onSettled: () => void = () => {}) {
    this.#seams = seams;
    this.call = call;
    this.#span = span;
    this.#onSettled = onSettled;
  }

  /** Whether an attempt failed, and a retry may be on its way. */
  get waiting(): boolean {
    return this.#stopWaiting !== undefined && !this.call.ended;
  }

  /** Sends an attempt. `retriesLeft`: whether the SDK would retry it. */
  async send(
    request: SdkRequest,
    sendWith: SendWith,
    options: SdkRequestOptions,
    retriesLeft: boolean,
  ): Promise<Response> {
    const { port } = this.#seams;
    const { call } = this;
    this.#goOn();
    const { span, visible } = call.handle as CallSpan;
    // The span that the application sees, not ours in front of it: sockets keep the context that they were opened in.
    const active = visible ? trace.setSpan(context.active(), span) : context.active();
    const next = (): Promise<Response> => sendWith(this.#traceHeaders());
    let response: Response;
    try {
      response = await context.with(active, sendAttempt, undefined, port, call, request, next, options);
    } catch (error) {
      port.guard.run('call', () => this.#unanswered(options, retriesLeft));
      throw error;
    }
    port.guard.run('call', () => {
      if (response.ok) this.#answered(response);
      else this.#refused(response, options, retriesLeft);
    });
    return response;
  }

  #traceHeaders(): TraceHeaders | undefined {
    const { port, propagation } = this.#seams;
    const { call } = this;
    const { attempt } = call;
    if (!propagation || !attempt) return undefined;
    return port.guard.run('spans', () => traceHeaders(call, port.attemptContext(call, attempt)));
  }

  #answered(response: Response): void {
    this.#onSettled();
    setAnswerFacts(this.#span, response.status, response.headers.get('request-id'));
    const reading = new AnswerReading(this.#seams.port.guard, { call: this.call, span: this.#span });
    const empty = response.body === null || response.headers.get('content-length') === '0';
    // Such an answer is complete as it is, and the SDK does not read it.
    if (response.status === 204 || empty) reading.completed();
    else observeResponse(response, reading);
  }

  #refused(response: Response, options: SdkRequestOptions, retriesLeft: boolean): void {
    const { failure, answer } = this.call.attempt ?? {};
    const giveUp = (text: string | undefined): void => {
      if (this.call.ended) return;
      this.#goOn();
      this.#onSettled();
      setAnswerFacts(this.#span, response.status, response.headers.get('request-id'));
      endInError(this.#span, parseEnvelope(text ?? '').type ?? failure?.errorType ?? String(response.status));
    };
    observeRefusal(response, (text) => this.#seams.port.guard.run('call', () => giveUp(text)));
    const due = Math.max((answer?.retryAfter ?? 0) * 1000, MAX_BACKOFF);
    const retryDue = retriesLeft && failure?.retryable === true;
    this.#wait(due, options.signal, retryDue ? () => this.#cancel() : () => giveUp(undefined));
  }

  #unanswered(options: SdkRequestOptions, retriesLeft: boolean): void {
    const end = (): void => {
      this.#onSettled();
      endInError(this.#span, this.call.attempt?.failure?.errorType ?? 'connection_error');
    };
    if (options.signal?.aborted) this.#cancel();
    else if (retriesLeft) this.#wait(MAX_BACKOFF, options.signal, end);
    else end();
  }

  /** Calls `onNone` when no retry comes. It is due in so many milliseconds. */
  #wait(due: number, signal: AbortSignal | null | undefined, onNone: () => void): void {
    const { guard } = this.#seams.port;
    const end = (step: () => void): void => {
      this.#goOn();
      if (!this.call.ended) guard.run('call', step);
    };
    const timer = setTimeout(end, Math.min(due + MARGIN, MAX_TIMER), onNone).unref();
    const onAbort = (): void => end(() => this.#cancel());
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  #goOn(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  /** The SDK leaves the status of a canceled call unset. */
  #cancel(): void {
    this.#onSettled();
    this.#span.end();
  }
}
