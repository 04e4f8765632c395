/** The policy that limits the time from the start of a call to the start of its response, including all attempts and waits. */
import { anySignal } from './call.ts';
import { expectFields, expectNumber, wrong } from './expect.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import { copyRequest } from './request-facts.ts';

/** Options of `deadline`. */
export interface DeadlineOptions extends PolicyOptions {
  /** Milliseconds from the start of the call to the first byte of its response. */
  readonly ms: number;
}

/**
 * Ends a call that has no response `ms` milliseconds after its start. The SDK then throws its `APIConnectionTimeoutError`. No policy starts
 * a wait that would exceed the deadline. A stream that has started may take longer.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ maxRetries: 0, middleware: [deadline({ ms: 30_000 }), retry()] });
 */
export function deadline(options: DeadlineOptions): Middleware {
  expectFields('deadline', options, ['ms', 'onDecision', 'clock']);
  if (options.ms === undefined) throw wrong('deadline.ms', 'a number of milliseconds', options.ms);
  expectNumber('deadline.ms', options.ms, 1);
  return createPolicy('deadline', options, async ({ request, call, clock, next, decide }) => {
    const controller = new AbortController();
    call.deadlineAt = call.startedAt + options.ms;
    call.deadlineSignal = controller.signal;
    const cancel = clock.setTimer(options.ms, () => {
      decide('deadline_exceeded', `The call had no response after ${options.ms} ms.`);
      controller.abort();
    });
    try {
      return await next(copyRequest(request, { signal: anySignal(request.signal, controller.signal) }));
    } finally {
      cancel();
    }
  });
}
