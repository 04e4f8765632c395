/** The policy that stops sending with a key that the API rejects. */
import { expectFields, expectNumber } from './expect.ts';
import { type Failure, readFailure } from './failure.ts';
import { rejection } from './local-response.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import { sharedState } from './state.ts';

/** Options of `failFast`. */
export interface FailFastOptions extends PolicyOptions {
  /** Milliseconds between two calls that are sent with a blocked key. @default 10000 */
  readonly probeInterval?: number;
}

/** What is known of a key. */
interface KeyState {
  /** Why the key is blocked; absent when it is not. */
  failure?: Failure | undefined;
  probeAt: number;
}

/**
 * After a 401, or when the account has reached its spend limit, fails the calls of that key without a request, with the API's own
 * error. One call per interval is sent, and the first call that the API accepts ends this. A new key is not affected.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ middleware: [failFast({ probeInterval: 30_000 })] });
 */
export function failFast(options: FailFastOptions = {}): Middleware {
  expectFields('failFast', options, ['probeInterval', 'onDecision', 'clock']);
  const { probeInterval = 10_000 } = options;
  expectNumber('failFast.probeInterval', probeInterval, 1);
  return createPolicy('failFast', options, async ({ request, facts, clock, next, decide }) => {
    const state = sharedState<KeyState>(clock, 'key', facts.account, () => ({ probeAt: 0 }));
    const { failure: blocked } = state;
    if (blocked) {
      const now = clock.now();
      // A clock that was set back does not keep the key blocked.
      if (now < state.probeAt && now >= state.probeAt - probeInterval)
        return reject(blocked, state.probeAt - now);
      state.probeAt = now + probeInterval;
      decide('key_probe', 'One call is sent with the blocked key as a probe.', { failure: blocked });
    }
    const response = await next(request);
    if (response.ok) {
      if (state.failure) decide('key_accepted', 'The API accepts the key again.');
      state.failure = undefined;
      return response;
    }
    const { failure, response: readable } = await readFailure(response, clock.now());
    if (!failure.local && (failure.kind === 'authentication' || failure.kind === 'billing')) {
      if (!state.failure) {
        state.probeAt = clock.now() + probeInterval;
        decide('key_blocked', `${reason(failure)}. Calls with this key fail without a request.`, { failure });
      }
      state.failure = failure;
    }
    return readable;

    function reject(cause: Failure, waitMs: number): Response {
      const next = Math.ceil(waitMs / 1000);
      const message = `${reason(cause)}, so this call was not sent. The next one is sent in ${next} s.`;
      decide('key_rejected', message, { failure: cause, waitMs });
      const status = cause.status ?? 401;
      return rejection({ decision: 'key_rejected', status, type: cause.errorType, message });
    }
  });
}

function reason({ kind }: Failure): string {
  return kind === 'billing'
    ? 'The API reports that the account has reached its spend limit'
    : 'The API rejects the key';
}
