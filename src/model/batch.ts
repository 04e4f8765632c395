/** The results of a Message Batch. */
import { OTHER } from './errors.ts';
import { type Bill, billsOf, type MessageFacts } from './message.ts';

/** How a request of a batch can end: https://platform.claude.com/docs/en/build-with-claude/batch-processing. */
export const BATCH_RESULTS = ['succeeded', 'errored', 'canceled', 'expired'] as const;

const KNOWN: ReadonlySet<string> = new Set(BATCH_RESULTS);

/** The result of one request of a batch. */
export interface BatchResult {
  /** One of `BATCH_RESULTS`, or `_OTHER`. */
  readonly type: string;
  /** What the response states, where there is one. */
  readonly message?: MessageFacts | undefined;
}

/** `type` as one of a closed set. */
export function batchResultOf(type: string): string {
  return KNOWN.has(type) ? type : OTHER;
}

/** What is billed for a result. Its tier is that of batches, also where the response does not state it. */
export function billsOfResult({ message }: BatchResult): readonly Bill[] {
  if (!message) return [];
  return billsOf({ ...message, usage: { ...message.usage, serviceTier: 'batch' } }, message.model);
}
