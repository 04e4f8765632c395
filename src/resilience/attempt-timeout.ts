/** The policy that limits the time from the start of an attempt to the start of its response. */
import { anySignal } from './call.ts';
import { expectFields, expectNumber } from './expect.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import { copyRequest } from './request-facts.ts';

/** Options of `attemptTimeout`. */
export interface AttemptTimeoutOptions extends PolicyOptions {
  /** Milliseconds from the start of an attempt to the first byte of its response. @default the SDK's `timeout` of the call */
  readonly ms?: number;
}

/**
 * Ends an attempt without a response in time, so that it can be retried. The SDK's own timeout would end the whole call, because it aborts the
 * one signal that all requests of a call share. This policy is the innermost, so that waits do not count.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ maxRetries: 0, middleware: [retry(), attemptTimeout({ ms: 60_000 })] });
 */
export function attemptTimeout(options: AttemptTimeoutOptions = {}): Middleware {
  expectFields('attemptTimeout', options, ['ms', 'onDecision', 'clock']);
  expectNumber('attemptTimeout.ms', options.ms, 1);
  return createPolicy('attemptTimeout', options, async ({ request, call, clock, next }) => {
    const { timeout } = call.options;
    const ms = Math.min(options.ms ?? Number.POSITIVE_INFINITY, timeout ?? Number.POSITIVE_INFINITY);
    if (ms === Number.POSITIVE_INFINITY) return next(request);
    const controller = new AbortController();
    const cancel = clock.setTimer(ms, () => controller.abort());
    try {
      return await next(copyRequest(request, { signal: anySignal(request.signal, controller.signal) }));
    } finally {
      cancel();
    }
  });
}
