import { deltaUsageOf } from '../api/usage.ts';
import { asArray, isObject, type JsonObject } from '../json.ts';

/** One event of a stream: its data, whose `type` is also the event's name. */
export type StreamEvent = JsonObject & { readonly type: string };

/** The output tokens in `message_start`, before any output is counted. */
const PLACEHOLDER_OUTPUT_TOKENS = 1;

/**
 * The events of a streamed message: `message_start`; for each block its start, deltas and stop; `message_delta` with the final usage;
 * and `message_stop`. One `ping` follows the first block's start.
 *
 * @param deltas The number of deltas of each block's text, at most one per character.
 */
export function* messageEvents(message: JsonObject, deltas: number): Generator<StreamEvent> {
  const { content, usage, stop_reason, stop_sequence, stop_details, ...identity } = message;
  const counted = isObject(usage) ? usage : {};
  // The details of the output tokens come at the end, with their number.
  const { output_tokens_details: _, ...started } = counted;
  yield {
    type: 'message_start',
    message: {
      ...identity,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: { ...started, output_tokens: PLACEHOLDER_OUTPUT_TOKENS },
    },
  };
  const blocks = asArray(content).filter(isObject);
  // An empty message has no block that the ping could follow.
  if (blocks.length === 0) yield { type: 'ping' };
  for (const [index, block] of blocks.entries()) {
    const { start, pieces } = takeApart(block, deltas);
    yield { type: 'content_block_start', index, content_block: start };
    if (index === 0) yield { type: 'ping' };
    for (const delta of pieces) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  yield {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence, stop_details },
    usage: deltaUsageOf(counted),
  };
  yield { type: 'message_stop' };
}

/** An event in the wire's framing. */
export function frame(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function takeApart(block: JsonObject, deltas: number): { start: JsonObject; pieces: readonly JsonObject[] } {
  switch (block.type) {
    case 'text': {
      const citations = asArray(block.citations).map((citation) => ({
        type: 'citations_delta',
        citation,
      }));
      const texts = cut(String(block.text), deltas).map((text) => ({ type: 'text_delta', text }));
      return { start: { type: 'text', text: '' }, pieces: [...citations, ...texts] };
    }
    case 'thinking': {
      const thoughts = cut(String(block.thinking), deltas).map((thinking) => ({
        type: 'thinking_delta',
        thinking,
      }));
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        pieces: [...thoughts, { type: 'signature_delta', signature: block.signature ?? '' }],
      };
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const json = ['', ...cut(JSON.stringify(block.input ?? {}), deltas)];
      return {
        start: { ...block, input: {} },
        pieces: json.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      };
    }
    default:
      // Redacted thinking and the results of the API's own tools are sent whole.
      return { start: block, pieces: [] };
  }
}

function cut(text: string, pieces: number): readonly string[] {
  // Splits by code points, so that no delta ends inside a surrogate pair.
  const characters = Array.from(text);
  const count = Math.min(pieces, characters.length);
  const edge = (index: number): number => Math.floor((index * characters.length) / count);
  return Array.from({ length: count }, (_, index) => characters.slice(edge(index), edge(index + 1)).join(''));
}
