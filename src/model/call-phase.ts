/** What an open call waits for. */
import type { Call } from './call.ts';

/**
 * `first_byte`: for the API to respond, or, in a streamed message, for its first content. `streaming`: for the rest of the response.
 * `retry_wait`: for the SDK to send the next attempt.
 */
export type CallPhase = 'first_byte' | 'streaming' | 'retry_wait';

/** Every phase. */
export const CALL_PHASES: readonly CallPhase[] = ['first_byte', 'streaming', 'retry_wait'];

/** The phase of an open call, and since when, in monotonic milliseconds. A call whose attempts cannot be seen has no `retry_wait`. */
export function phaseOf(call: Call): { readonly phase: CallPhase; readonly since: number } {
  const { attempt, timeToFirstChunk } = call;
  const startedAt = attempt?.startedAt ?? call.startedAt;
  if (attempt?.failure?.retryable && attempt.failedAt !== undefined) {
    return { phase: 'retry_wait', since: attempt.failedAt };
  }
  if (timeToFirstChunk !== undefined)
    return { phase: 'streaming', since: startedAt + timeToFirstChunk * 1000 };
  // The head of a stream comes at once, and shows nothing of the message.
  const awaitsContent = call.stream && call.start.operation !== undefined && !attempt?.failure;
  return attempt?.respondedAt === undefined || awaitsContent
    ? { phase: 'first_byte', since: startedAt }
    : { phase: 'streaming', since: attempt.respondedAt };
}
