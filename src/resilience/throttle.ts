/** The policy that spreads calls when a rate limit has little headroom. */
import { expectFields, expectNumber } from './expect.ts';
import { readFailure } from './failure.ts';
import { rejection } from './local-response.ts';
import type { Middleware } from './middleware.ts';
import { type Need, Pace } from './pace.ts';
import { createPolicy, type Passing, type PolicyOptions } from './policy.ts';
import { estimatedTokens, modelClass } from './request-facts.ts';
import { sharedState } from './state.ts';

/** Options of `throttle`. */
export interface ThrottleOptions extends PolicyOptions {
  /** The longest wait of a call, in milliseconds. After it, or at once if it is too short, the call fails with a `RateLimitError`. @default 60000 */
  readonly maxWait?: number;
  /** How many calls wait at most; the next one fails with a `RateLimitError`. @default 10000 */
  readonly maxQueue?: number;
}

/** How long a 429 without a time pauses its model class, in milliseconds. */
const DEFAULT_PAUSE = 1_000;

/** The kind of the shared state that the paces are kept under. */
export const PACES = 'pace';

/**
 * Makes calls wait so that they do not exceed a rate limit. While a limit has less than 10 % headroom, it spreads the calls until the limit
 * resets. After a 429, it sends nothing until the time that the API states; then the pace doubles every second. All calls of a key and model
 * class in the process share this state.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ maxRetries: 0, middleware: [retry(), throttle({ maxWait: 10_000 })] });
 */
export function throttle(options: ThrottleOptions = {}): Middleware {
  expectFields('throttle', options, ['maxWait', 'maxQueue', 'onDecision', 'clock']);
  const { maxWait = 60_000, maxQueue = 10_000 } = options;
  expectNumber('throttle.maxWait', maxWait);
  expectNumber('throttle.maxQueue', maxQueue);
  return createPolicy('throttle', options, async (passing) => {
    const { facts, clock, call, next, request, decide } = passing;
    const key = `${facts.account} ${modelClass(facts.model)}`;
    const pace = sharedState(clock, PACES, key, () => new Pace(clock));
    if (pace.queue.size >= maxQueue) {
      const message = `${maxQueue} calls already wait, so this one was not sent.`;
      decide('queue_full', message);
      return rejection({ decision: 'queue_full', status: 429, type: 'rate_limit_error', message });
    }
    const since = clock.now();
    const maxWaitMs = Math.min(maxWait, call.deadlineAt - since);
    const end = await pace.pass(needOf(passing), { clock, tenant: '', maxWaitMs, signal: call.signal });
    const waitMs = clock.now() - since;
    if (end === 'timeout') {
      const message = `The rate limit left no room for the call in time. It waited ${waitMs} ms, and was not sent.`;
      decide('queue_timeout', message, { waitMs });
      return rejection({ decision: 'queue_timeout', status: 429, type: 'rate_limit_error', message });
    }
    call.throwIfEnded();
    if (end === 'turn') decide('throttled', `The call waited ${waitMs} ms for its rate limit.`, { waitMs });
    const response = await next(request);
    pace.learn(response.headers);
    if (response.status !== 429) return response;
    const { failure, response: readable } = await readFailure(response, clock.now());
    if (failure.kind === 'rate_limit' && !failure.local) {
      const { retryAfterMs, resetAt } = failure;
      pace.pause(retryAfterMs ?? (resetAt === undefined ? DEFAULT_PAUSE : resetAt - clock.now()));
    }
    return readable;
  });
}

/** The API counts `max_tokens` at the start of a call: https://platform.claude.com/docs/en/api/rate-limits. */
function needOf({ facts, request }: Passing): Need {
  const maxTokens = facts.fields?.['max_tokens'];
  return {
    inputTokens: estimatedTokens(request),
    outputTokens: typeof maxTokens === 'number' ? maxTokens : 0,
  };
}
