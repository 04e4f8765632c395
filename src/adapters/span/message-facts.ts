/** Tells a call span what a Message says of itself, in the words of the SDK's own call spans (`@anthropic-ai/sdk` 1.11.0). */
import type { Span } from '@opentelemetry/api';
import { clean } from '../../model/text.ts';
import { ATTR, SDK_ATTR } from '../../signals/names.ts';

type Fields = Record<string, unknown>;

/** Attributes that one field of a Message gives. None of them holds content. */
const MESSAGE: ReadonlyArray<
  readonly [attribute: string, type: 'string' | 'number', path: readonly string[]]
> = [
  [ATTR.responseId, 'string', ['id']],
  [ATTR.responseModel, 'string', ['model']],
  [SDK_ATTR.stopReason, 'string', ['stop_reason']],
  [ATTR.outputTokens, 'number', ['usage', 'output_tokens']],
  [ATTR.cacheReadTokens, 'number', ['usage', 'cache_read_input_tokens']],
  [ATTR.cacheWriteTokens, 'number', ['usage', 'cache_creation_input_tokens']],
  [SDK_ATTR.cacheWrite5m, 'number', ['usage', 'cache_creation', 'ephemeral_5m_input_tokens']],
  [SDK_ATTR.cacheWrite1h, 'number', ['usage', 'cache_creation', 'ephemeral_1h_input_tokens']],
  [ATTR.reasoningTokens, 'number', ['usage', 'output_tokens_details', 'thinking_tokens']],
];

/** The counts that add up to the input tokens of a usage. */
const INPUT_COUNTS = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/** Sets on `span` what `message`, a Message as the API sent it, says of its model, end and tokens. */
export function setMessageFacts(span: Span, message: unknown): void {
  for (const [attribute, type, path] of MESSAGE) {
    const value = path.reduce<unknown>(field, message);
    if (typeof value !== type) continue;
    span.setAttribute(attribute, typeof value === 'string' ? clean(value) : (value as number));
  }
  const usage = field(message, 'usage');
  if (typeof field(usage, 'input_tokens') !== 'number') return;
  span.setAttribute(ATTR.inputTokens, inputTokens(usage));
  // The usage leaves out what compactions used; only the iterations have it.
  const iterations = field(usage, 'iterations');
  if (!Array.isArray(iterations)) return;
  const compactions = iterations.filter((each) => field(each, 'type') === 'compaction');
  if (compactions.length === 0) return;
  span.setAttribute(SDK_ATTR.compactionInput, sum(compactions.map(inputTokens)));
  span.setAttribute(SDK_ATTR.compactionOutput, sum(compactions.map((each) => count(each, 'output_tokens'))));
}

/** The field `name` of `value`, or `undefined` when `value` is no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined;
}

function inputTokens(usage: unknown): number {
  return sum(INPUT_COUNTS.map((name) => count(usage, name)));
}

function count(usage: unknown, name: string): number {
  const value = field(usage, name);
  return typeof value === 'number' ? value : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
