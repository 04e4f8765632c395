/** Finds those who retry beside the `retry` policy: retries inside retries multiply the load. */
import { FailedRequests } from '../ports/failed-requests.ts';
import type { Passing } from './policy.ts';
import { sharedState } from './state.ts';
import { warnOnce } from './warn-once.ts';

const BY_THE_SDK =
  'The SDK retries too. Set `maxRetries: 0` on the client, or use `withResilience`, so that only one of them retries.';
const BY_THE_CALL =
  'The call has `maxRetries`, but the `retry` policy makes the retries. Remove `maxRetries` from the call, and set `retry: { rules }`.';
const BY_A_LOOP =
  'A call repeats one that failed after its retries, so a loop around the client retries too. Remove the loop, and set `retry: { rules }`.';

/** The requests that have failed after retries of the policy. */
function failedRequests({ clock }: Passing): FailedRequests {
  return sharedState(clock, 'failed-requests', '', () => new FailedRequests());
}

/** Looks for a second owner of the retries of a call that begins. Says whether its request is a retry of the SDK. */
export function findSecondOwner(passing: Passing): boolean {
  const { request, call, clock } = passing;
  const bySdk = Number(request.headers.get('x-stainless-retry-count')) > 0;
  if (bySdk) report(passing, BY_THE_SDK);
  else if (Number(call.options.maxRetries) > 0) report(passing, BY_THE_CALL);
  else if (failedRequests(passing).repeats(request.body, clock.now())) report(passing, BY_A_LOOP);
  return bySdk;
}

/** Notes how a call ended, for those that repeat it. */
export function callEnded(passing: Passing, how: 'accepted' | 'failed'): void {
  failedRequests(passing)[how](passing.request.body, passing.clock.now());
}

function report({ decide }: Passing, message: string): void {
  decide('second_retry_owner', message);
  warnOnce(message);
}
