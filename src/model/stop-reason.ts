/** Why a Message stopped. */
import { OTHER } from './errors.ts';

/** Every stop reason that the API documents: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons. */
export const STOP_REASONS = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'compaction',
  'refusal',
  'model_context_window_exceeded',
] as const;

const KNOWN: ReadonlySet<string> = new Set(STOP_REASONS);

/** Maps `stopReason` to a closed set. Any other value is `_OTHER`. */
export function stopReasonOf(stopReason: string | undefined): string | undefined {
  return stopReason === undefined || KNOWN.has(stopReason) ? stopReason : OTHER;
}
