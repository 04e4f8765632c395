/** Finds the call that an SDK request belongs to, and sends the request as an attempt of that call. */
import { context, trace } from '@opentelemetry/api';
import type { AbortState } from '../../model/canceled.ts';
import { clean } from '../../model/text.ts';
import { applicationContext, type SpannedCall } from '../../ports/call-span.ts';
import { hasContextManager } from '../../ports/context-manager.ts';
import type { ClientAdapters } from '../client-adapters.ts';
import { bodyFields, modelOf } from '../fetch/body-fields.ts';
import type { SdkMiddleware, SdkRequest, SdkRequestOptions } from '../sdk-shapes.ts';
import { type AttemptInFlight, attemptInFlight } from '../span/attempt-in-flight.ts';
import { startCallSpan } from '../span/call-span.ts';
import { isWithinCall, runWithin } from '../span/enclosing-call.ts';
import { callOf } from '../span/tap.ts';
import { type Pass, UntracedCall } from '../untraced-call.ts';
import { failedRequests } from './repeated-calls.ts';
import { observeWire, subscribeToWire } from './replays.ts';
import { asksForMore } from './request-features.ts';
import { runOnce } from './run-once.ts';
import { PendingAttempt, type Sending, sendAttempt } from './send-attempt.ts';

type Next = Parameters<SdkMiddleware>[1];

/**
 * The traced call for the SDK's request options. A call never refers to its options, because they hold the span, which must be
 * collectable if the call's stream is never read.
 */
const tracedBy = new WeakMap<SdkRequestOptions, SpannedCall>();

/** The open calls of a client and its copies. The key is the options object that the SDK creates once per call, for all its attempts. */
export class Calls {
  readonly #adapters: ClientAdapters;
  readonly #untraced = new WeakMap<SdkRequestOptions, UntracedCall>();
  /** Errors from the HTTP client, as opposed to the application's middleware. */
  readonly #fetchErrors = new WeakSet<object>();

  /** The request bodies as the SDK passed them to the application's middleware, while that runs. */
  readonly #passBodies = new WeakMap<SdkRequestOptions, unknown>();
  /** Whether the application gave the client middleware. */
  readonly #application: boolean;

  constructor(adapters: ClientAdapters, application: boolean) {
    this.#adapters = adapters;
    this.#application = application;
  }

  /** Sends one pass of the SDK's retry loop, which is the request that the SDK passes to its middleware. */
  sendPass(request: SdkRequest, next: Next, options: SdkRequestOptions | undefined): Promise<Response> {
    this.#adapters.sdkRunsMiddleware = true;
    const { port } = this.#adapters;
    // A request without options is not an API call. An example is a token exchange.
    if (!port.enabled || !options) return next(request);
    const call = port.guard.run('call', () => this.#untracedCall(request, options));
    if (call) {
      return call.run(this.#pass(options), () => this.#enter(call.call, request, next, options));
    }
    const traced = port.guard.run('call', () => this.#activeCall(options));
    if (!traced) return next(request);
    const run = runOnce(() => this.#enter(traced, request, next, options));
    port.guard.run('spans', () => {
      context.with(applicationContext(traced.handle), run);
    });
    return run();
  }

  /** Runs the application's middleware, if there is any. */
  #enter(call: SpannedCall, request: SdkRequest, next: Next, options: SdkRequestOptions): Promise<Response> {
    this.#adapters.port.guard.run('call', () => {
      call.abort ??= abortOf(options.signal);
      if (call.attempts === 0 && failedRequests.repeats(request.body, performance.now())) call.repeated();
    });
    if (!this.#application && !options.middleware?.length) return next(request);
    return this.#enterMiddleware(call, request, next, options);
  }

  async #enterMiddleware(
    call: SpannedCall,
    request: SdkRequest,
    next: Next,
    options: SdkRequestOptions,
  ): Promise<Response> {
    this.#passBodies.set(options, request.body);
    try {
      return await runWithin(call, () => next(request));
    } finally {
      this.#passBodies.delete(options);
    }
  }

  /** Sends a request to the API. */
  sendAttempt(request: SdkRequest, next: Next, options: SdkRequestOptions | undefined): Promise<Response> {
    const { port } = this.#adapters;
    if (!port.enabled || !options) return next(request);
    const call = port.guard.run('call', () => this.#knownCall(options));
    return call
      ? sendAttempt(this.#sending(call, request, options), () => next(request))
      : this.#sendUnknown(request, next, options);
  }

  /** The call of this pass, if the SDK creates no span for it. */
  #untracedCall(request: SdkRequest, options: SdkRequestOptions): UntracedCall | undefined {
    const known = this.#untraced.get(options);
    // If the application reuses an options object, it must not lead to the earlier call.
    if (known?.call.ended === false) return known;
    if (this.#adapters.sdkTraces && (this.#activeCall(options) || !hasContextManager())) return undefined;
    return this.#open(request, options);
  }

  #open(request: SdkRequest, options: SdkRequestOptions, startedAt?: number): UntracedCall | undefined {
    const { tracer, hiddenTracer, sdkTraces } = this.#adapters;
    // A copy of the client can have its own tracer provider, or none. In the first case an SDK method creates the span, in the second
    // it must not.
    const hidden = sdkTraces && '__span' in options;
    const opened = startCallSpan(
      hidden ? hiddenTracer : tracer,
      request,
      bodyFields(options.body),
      startedAt,
    );
    if (!opened) return undefined;
    const call = new UntracedCall(this.#adapters.port, opened);
    this.#untraced.set(options, call);
    return call;
  }

  #knownCall(options: SdkRequestOptions): SpannedCall | undefined {
    for (const call of [this.#untraced.get(options)?.call, tracedBy.get(options)]) {
      if (call && !call.ended) return call;
    }
    return this.#adapters.sdkTraces ? this.#activeCall(options) : undefined;
  }

  /** The call whose span is the current one, or is in the SDK's options if no context manager is registered. */
  #activeCall(options: SdkRequestOptions): SpannedCall | undefined {
    const call = callOf(trace.getSpan(context.active())) ?? callOf(options.__span?.span);
    if (!call || call.ended) return undefined;
    if (!call.handle.tied) tie(call, options);
    // A nested call has its own options.
    return tracedBy.get(options) === call ? call : undefined;
  }

  /**
   * Sends an attempt whose call is unknown, because no context manager is registered, or because other middleware made its own span
   * the current one. A traced call identifies itself while the attempt is in flight. Any other call was not made by an SDK method.
   */
  async #sendUnknown(request: SdkRequest, next: Next, options: SdkRequestOptions): Promise<Response> {
    const { port } = this.#adapters;
    const { guard } = port;
    const startedAt = performance.now();
    let pending: PendingAttempt | undefined;
    const inFlight: AttemptInFlight = {
      onCall: (call) => {
        inFlight.onCall = undefined;
        guard.run('attempt', () => {
          tie(call, options);
          pending = new PendingAttempt(this.#sending(call, request, options));
        });
      },
    };
    const send = (): Promise<Response> => attemptInFlight.run(inFlight, async () => next(request));
    const watched = options.middleware?.length && guard.run('attempt', subscribeToWire) === undefined;
    const sent = watched ? observeWire((url, result) => pending?.onRequest(url, result), send) : send();
    await sent.then(
      (response) => pending?.responded(response),
      (error) => pending?.failed(error),
    );
    inFlight.onCall = undefined;
    if (pending) return sent;
    const call = guard.run('call', () => this.#open(request, options, startedAt));
    if (!call) return sent;
    const sending = { ...this.#sending(call.call, request, options), startedAt };
    return call.run(this.#pass(options), () => sendAttempt(sending, () => sent));
  }

  #sending(call: SpannedCall, request: SdkRequest, options: SdkRequestOptions): Sending {
    call.abort ??= abortOf(options.signal);
    const application = this.#application || Boolean(options.middleware?.length);
    const rewritten = this.#isRewritten(request, options);
    return {
      port: this.#adapters.port,
      call,
      request,
      options,
      rewritten,
      model: rewritten ? this.#model(call, request) : call.start.model,
      observes: application || isWithinCall() || asksForMore(options.body),
      aborted: () => options.signal?.aborted === true,
      fetchErrors: this.#fetchErrors,
    };
  }

  /** Whether the application's middleware may have changed the body of `request`. */
  #isRewritten(request: SdkRequest, options: SdkRequestOptions): boolean {
    return this.#application && this.#passBodies.get(options) !== request.body;
  }

  /** The model that a rewritten request names. */
  #model({ start }: SpannedCall, request: SdkRequest): string | undefined {
    if (start.model === undefined && start.operation === undefined) return undefined;
    const named = modelOf(request.body);
    return named === undefined ? start.model : clean(named);
  }

  #pass(options: SdkRequestOptions): Pass {
    return {
      maxRetries: isStream(options.body) ? 0 : options.maxRetries,
      readsEmpty: false,
      needsBody: true,
      aborted: () => options.signal?.aborted === true,
      signal: options.signal,
      isFetchError: (error) => typeof error === 'object' && error !== null && this.#fetchErrors.has(error),
    };
  }
}

function tie(call: SpannedCall, options: SdkRequestOptions): void {
  call.handle.tied = true;
  tracedBy.set(options, call);
}

/** The state of a call without a signal: only the reader can cancel it. */
const NO_SIGNAL = { deref: () => undefined };

/**
 * Holds the signal weakly. The signal refers to its listeners, such as the call's span, which must be collectable if the call's
 * stream is never read.
 */
function abortOf(signal: AbortSignal | null | undefined): { deref(): AbortState | undefined } {
  return signal ? new WeakRef(signal) : NO_SIGNAL;
}

/** The SDK does not retry a body that it can send only once. */
function isStream(body: unknown): boolean {
  return (
    (typeof ReadableStream !== 'undefined' && body instanceof ReadableStream) ||
    (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
  );
}
