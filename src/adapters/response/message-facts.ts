/** Reads what a Message states of itself and of what it used. No content. */
import type { Iteration, IterationType, MessageFacts, Usage } from '../../model/message.ts';
import { clean } from '../../model/text.ts';
import { field } from '../parse-json.ts';

/** The most parts of a Message that are read. */
const MAX_ITERATIONS = 1000;

const ITERATION_TYPES: ReadonlySet<unknown> = new Set<IterationType>([
  'message',
  'fallback_message',
  'advisor_message',
  'compaction',
]);

/** What `message`, a Message as the API sends it, states. Of what is no Message, everything is absent. */
export function messageFacts(message: unknown): MessageFacts {
  const usage = field(message, 'usage');
  const iterations = field(usage, 'iterations');
  return {
    id: word(field(message, 'id')),
    model: word(field(message, 'model')),
    stopReason: word(field(message, 'stop_reason')),
    usage: readUsage(usage),
    ...(Array.isArray(iterations) && { iterations: readIterations(iterations) }),
  };
}

function readUsage(usage: unknown): Usage {
  const cacheRead = count(usage, 'cache_read_input_tokens');
  const cacheWrite = count(usage, 'cache_creation_input_tokens');
  const input = count(usage, 'input_tokens');
  const caching = field(usage, 'cache_creation');
  const tools = field(usage, 'server_tool_use');
  const speed = field(usage, 'speed');
  return {
    input: input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: count(usage, 'output_tokens'),
    cacheRead,
    cacheWrite,
    cacheWrite5m: count(caching, 'ephemeral_5m_input_tokens'),
    cacheWrite1h: count(caching, 'ephemeral_1h_input_tokens'),
    reasoning: count(field(usage, 'output_tokens_details'), 'thinking_tokens'),
    webSearches: count(tools, 'web_search_requests'),
    webFetches: count(tools, 'web_fetch_requests'),
    codeExecutions: count(tools, 'code_execution_requests'),
    inferenceGeo: word(field(usage, 'inference_geo')),
    serviceTier: word(field(usage, 'service_tier')),
    fast: typeof speed === 'string' ? speed === 'fast' : undefined,
  };
}

function readIterations(iterations: readonly unknown[]): Iteration[] {
  return iterations
    .slice(0, MAX_ITERATIONS)
    .filter((each) => ITERATION_TYPES.has(field(each, 'type')))
    .map((each) => ({
      type: field(each, 'type') as IterationType,
      model: word(field(each, 'model')),
      usage: readUsage(each),
    }));
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' ? clean(value) : undefined;
}

/** A whole number that is not negative: a count of something else would corrupt a counter. */
function count(value: unknown, name: string): number | undefined {
  const number = field(value, name);
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
