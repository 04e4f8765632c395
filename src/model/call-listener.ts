import type { Attempt } from './attempt.ts';
import type { BatchResult } from './batch.ts';
import type { Call } from './call.ts';
import type { CallEnd } from './call-facts.ts';
import type { Decision } from './decision.ts';

/** Receives what happens to calls. */
export interface CallListener<Handle = unknown> {
  callStarted?(call: Call<Handle>): void;
  attemptStarted?(call: Call<Handle>, attempt: Attempt): void;
  /** The attempt failed, or its response arrived. Comes before `attemptEnded`, at once. */
  attemptResponded?(call: Call<Handle>, attempt: Attempt): void;
  attemptEnded?(call: Call<Handle>, attempt: Attempt): void;
  callEnded?(call: Call<Handle>, end: CallEnd): void;
  /** The application has read the result of a request of a batch. It may read on when the call has ended. */
  batchResultRead?(call: Call<Handle>, result: BatchResult): void;
  /** A policy of the application decided something about the call, while it is open. */
  decisionMade?(call: Call<Handle>, decision: Decision): void;
  /** The call repeats one that has just failed after its own retries. */
  callRepeated?(call: Call<Handle>): void;
}
