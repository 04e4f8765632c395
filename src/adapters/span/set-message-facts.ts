/** Sets on a call span what a Message says of itself, in the words of the SDK's own call spans (`@anthropic-ai/sdk` 1.11.0). */
import type { Span } from '@opentelemetry/api';
import type { Iteration, MessageFacts, Usage } from '../../model/message.ts';
import { ATTR, SDK_ATTR } from '../../signals/names.ts';

/** The attributes of a usage. */
const USAGE: ReadonlyArray<readonly [attribute: string, count: keyof Usage]> = [
  [ATTR.inputTokens, 'input'],
  [ATTR.outputTokens, 'output'],
  [ATTR.cacheReadTokens, 'cacheRead'],
  [ATTR.cacheWriteTokens, 'cacheWrite'],
  [SDK_ATTR.cacheWrite5m, 'cacheWrite5m'],
  [SDK_ATTR.cacheWrite1h, 'cacheWrite1h'],
  [ATTR.reasoningTokens, 'reasoning'],
];

/** Sets on `span` what `message` says of its model, end and tokens. */
export function setMessageFacts(span: Span, message: MessageFacts): void {
  const { id, model, stopReason, usage, iterations = [] } = message;
  const words = [
    [ATTR.responseId, id],
    [ATTR.responseModel, model],
    [SDK_ATTR.stopReason, stopReason],
    [SDK_ATTR.serviceTier, usage.serviceTier],
  ] as const;
  for (const [attribute, value] of words) if (value !== undefined) span.setAttribute(attribute, value);
  for (const [attribute, name] of USAGE) {
    const value = usage[name];
    if (typeof value === 'number') span.setAttribute(attribute, value);
  }
  // The usage leaves out what compactions used; only the iterations have it.
  const compactions = iterations.filter(({ type }) => type === 'compaction');
  if (compactions.length === 0) return;
  span.setAttribute(SDK_ATTR.compactionInput, sum(compactions, 'input'));
  span.setAttribute(SDK_ATTR.compactionOutput, sum(compactions, 'output'));
}

function sum(iterations: readonly Iteration[], name: 'input' | 'output'): number {
  return iterations.reduce((total, { usage }) => total + (usage[name] ?? 0), 0);
}
