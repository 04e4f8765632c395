/** The policy that limits the calls in progress, with a fair queue for the others. */
import { expectFields, expectFunction, expectNumber, wrong } from './expect.ts';
import { rejection } from './local-response.ts';
import type { CallOptions, Middleware } from './middleware.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import { modelClass } from './request-facts.ts';
import { sharedState } from './state.ts';
import { TurnQueue } from './turn-queue.ts';

/** Options of `concurrency`. */
export interface ConcurrencyOptions extends PolicyOptions {
  /** How many calls of a key and model class are in progress at most. */
  readonly limit: number;
  /** How many calls wait at most; the next one fails with a `RateLimitError`. @default 1000 */
  readonly maxQueue?: number;
  /** The longest that a call waits, in milliseconds; then it fails with a `RateLimitError`. @default 60000 */
  readonly maxWait?: number;
  /**
   * Who the call is for, such as a customer or a team. Tenants take turns, however much each of them sends. Receives the options of the call,
   * including everything that the application added to them. @default all calls belong to one tenant
   */
  readonly tenant?: ((options: CallOptions) => string | undefined) | undefined;
}

/** The calls of one key and model class. */
export interface Slots {
  active: number;
  readonly queue: TurnQueue;
}

/** The kind of the shared state that the queues are kept under. */
export const SLOTS = 'slots';

/**
 * Limits the calls in progress for each key and model class in the process. A stream is in progress until its last byte is read. Other
 * calls wait in a queue in which tenants take turns.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ middleware: [concurrency({ limit: 50, tenant: (options) => options.customer })] });
 */
export function concurrency(options: ConcurrencyOptions): Middleware {
  expectFields('concurrency', options, ['limit', 'maxQueue', 'maxWait', 'tenant', 'onDecision', 'clock']);
  const { limit, maxQueue = 1_000, maxWait = 60_000, tenant } = options;
  if (limit === undefined) throw wrong('concurrency.limit', 'a number of at least 1', limit);
  expectNumber('concurrency.limit', limit, 1);
  expectNumber('concurrency.maxQueue', maxQueue);
  expectNumber('concurrency.maxWait', maxWait);
  expectFunction('concurrency.tenant', tenant);
  return createPolicy('concurrency', options, async ({ facts, clock, call, next, request, decide }) => {
    const key = `${facts.account} ${modelClass(facts.model)}`;
    const slots = sharedState<Slots>(clock, SLOTS, key, () => ({ active: 0, queue: new TurnQueue() }));
    if (slots.active >= limit) {
      if (slots.queue.size >= maxQueue) {
        const message = `${maxQueue} calls already wait, so this one was not sent.`;
        decide('queue_full', message);
        return rejection({ decision: 'queue_full', status: 429, type: 'rate_limit_error', message });
      }
      const since = clock.now();
      const end = await slots.queue.wait({
        clock,
        tenant: tenant?.(call.options) ?? '',
        maxWaitMs: Math.min(maxWait, call.deadlineAt - since),
        signal: call.signal,
      });
      const waitMs = clock.now() - since;
      if (end === 'timeout') {
        const message = `The call waited ${waitMs} ms in the queue, and was not sent.`;
        decide('queue_timeout', message, { waitMs });
        return rejection({ decision: 'queue_timeout', status: 429, type: 'rate_limit_error', message });
      }
      if (end === 'ended') call.throwIfEnded();
      decide('queued', `The call waited ${waitMs} ms in the queue.`, { waitMs });
    } else slots.active += 1;
    // A turn is passed on with its place: the number of active calls stays.
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      if (!slots.queue.grant()) slots.active -= 1;
    };
    try {
      const response = await next(request);
      if (facts.stream && response.ok && response.body) return untilRead(response, response.body, leave);
      leave();
      return response;
    } catch (error) {
      leave();
      throw error;
    }
  });
}

/** `response`, whose body calls `onEnd` when it is read, left or broken. */
function untilRead(response: Response, body: ReadableStream<Uint8Array>, onEnd: () => void): Response {
  // The types of Node do not have `cancel` of a transformer yet.
  const transformer: Transformer<Uint8Array, Uint8Array> & { cancel(): void } = {
    flush: onEnd,
    cancel: onEnd,
  };
  const { status, statusText, headers } = response;
  return new Response(body.pipeThrough(new TransformStream(transformer)), { status, statusText, headers });
}
