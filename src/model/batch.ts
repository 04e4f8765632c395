/** The results of a Message Batch. */
import { OTHER } from './errors.ts';
import { type Bill, billsOf, type MessageFacts } from './message.ts';

/** How a batch request can end: https://platform.claude.com/docs/en/build-with-claude/batch-processing. */
export const BATCH_RESULTS = ['succeeded', 'errored', 'canceled', 'expired'] as const;

const KNOWN: ReadonlySet<string> = new Set(BATCH_RESULTS);

/** The result of one request of a batch. */
export interface BatchResult {
  /** One of `BATCH_RESULTS`, or `_OTHER`. */
  readonly type: string;
  /** The facts of the response, if there is one. */
  readonly message?: MessageFacts | undefined;
}

/** Maps `type` to a closed set. */
export function batchResultOf(type: string): string {
  return KNOWN.has(type) ? type : OTHER;
}

/** The bills of a result. Its tier is that of batches, even if the response does not state it. */
export function billsOfResult({ message }: BatchResult): readonly Bill[] {
  if (!message) return [];
  return billsOf({ ...message, usage: { ...message.usage, serviceTier: 'batch' } }, message.model);
}
