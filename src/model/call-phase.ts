/** The phase of an open call: what the call waits for. */
import type { Call } from './call.ts';

/**
 * `first_byte`: the call waits for the response, or for the first content of a streamed Message. `streaming`: it waits for the rest
 * of the response. `retry_wait`: it waits for the SDK to send the next attempt.
 */
export type CallPhase = 'first_byte' | 'streaming' | 'retry_wait';

/** Every phase. */
export const CALL_PHASES: readonly CallPhase[] = ['first_byte', 'streaming', 'retry_wait'];

/** The phase of an open call, and its start in monotonic milliseconds. A call whose attempts cannot be seen has no `retry_wait`. */
export function phaseOf(call: Call): { readonly phase: CallPhase; readonly since: number } {
  const { attempt, timeToFirstChunk } = call;
  const startedAt = attempt?.startedAt ?? call.startedAt;
  if (attempt?.failure?.retryable && attempt.failedAt !== undefined) {
    return { phase: 'retry_wait', since: attempt.failedAt };
  }
  if (timeToFirstChunk !== undefined)
    return { phase: 'streaming', since: startedAt + timeToFirstChunk * 1000 };
  // The headers of a stream arrive at once, and say nothing about the Message.
  const awaitsContent = call.stream && call.start.operation !== undefined && !attempt?.failure;
  return attempt?.respondedAt === undefined || awaitsContent
    ? { phase: 'first_byte', since: startedAt }
    : { phase: 'streaming', since: attempt.respondedAt };
}
