import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { InputTokens } from './prompt-cache.ts';

/** Tokens by kind. Input, cache reads and cache writes add up to the whole prompt. */
export interface TokenCounts {
  /** Input tokens that were neither read from the cache nor written to it. */
  input: number;
  /** Output tokens, including thinking. */
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** The part of `output` that is thinking. */
  thinking: number;
}

/** No tokens of any kind. */
export function noTokens(): TokenCounts {
  return { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, thinking: 0 };
}

/** Adds `more` to `sum` `times` times. -1 subtracts it. */
export function addTokens(sum: TokenCounts, more: TokenCounts, times = 1): void {
  for (const kind of Object.keys(sum) as (keyof TokenCounts)[]) sum[kind] += more[kind] * times;
}

/** The `usage` object of a response. */
export function usageOf(input: InputTokens, outputTokens: number, thinkingTokens: number | null): JsonObject {
  return {
    input_tokens: input.uncached,
    cache_creation_input_tokens: input.cacheWrite5m + input.cacheWrite1h,
    cache_read_input_tokens: input.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: input.cacheWrite5m,
      ephemeral_1h_input_tokens: input.cacheWrite1h,
    },
    output_tokens: outputTokens,
    ...(thinkingTokens === null ? {} : { output_tokens_details: { thinking_tokens: thinkingTokens } }),
    service_tier: 'standard',
    inference_geo: 'global',
  };
}

/** The fields of `usage` that a `message_delta` event repeats. */
export function deltaUsageOf(usage: JsonObject): JsonObject {
  const repeated = [
    'input_tokens',
    'cache_creation_input_tokens',
    'cache_read_input_tokens',
    'output_tokens',
    'output_tokens_details',
    'server_tool_use',
  ];
  return Object.fromEntries(Object.entries(usage).filter(([name]) => repeated.includes(name)));
}

/** Replaces earlier usage with later usage, field by field, because the API's counts are cumulative. */
export function mergeUsage(before: JsonObject | null, after: JsonObject): JsonObject {
  const given = Object.entries(after).filter(([, value]) => value !== null && value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}

/** Reads a `usage` object. Cache writes without a split by lifetime count as 5 minutes, the API's default. */
export function tokenCounts(usage: JsonObject): TokenCounts {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const split = isObject(usage.cache_creation) ? usage.cache_creation : {};
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  const hour = number(split.ephemeral_1h_input_tokens);
  return {
    input: number(usage.input_tokens),
    output: number(usage.output_tokens),
    cacheRead: number(usage.cache_read_input_tokens),
    cacheWrite5m: Math.max(0, number(usage.cache_creation_input_tokens) - hour),
    cacheWrite1h: hour,
    thinking: number(details.thinking_tokens),
  };
}

/** The usage that a ready-made body reports. */
export interface ReportedUsage {
  readonly usage: JsonObject | null;
  /** Whether the usage is final: a JSON message, or a stream that reached `message_delta`. */
  readonly final: boolean;
  /** SSE events in the body. */
  readonly events: number;
}

/** Reads the usage in a ready-made body: a JSON message, or an event stream. */
export function readUsage(body: string, contentType: string): ReportedUsage {
  if (!contentType.startsWith('text/event-stream')) {
    const message = parseJson(body);
    const usage = isObject(message) && isObject(message.usage) ? message.usage : null;
    return { usage, final: usage !== null, events: 0 };
  }
  let reported: ReportedUsage = { usage: null, final: false, events: 0 };
  for (const line of body.split(/\r?\n/)) {
    if (!line.startsWith('data:')) continue;
    const event = parseJson(line.slice(5));
    reported = { ...reported, events: reported.events + 1 };
    const usage = isObject(event) ? usageInEvent(event) : null;
    if (usage === null) continue;
    reported = {
      ...reported,
      usage: mergeUsage(reported.usage, usage),
      final: reported.final || (isObject(event) && event.type === 'message_delta'),
    };
  }
  return reported;
}

/** The `usage` in one SSE event, or null. */
export function usageInEvent(event: JsonObject): JsonObject | null {
  const holder = isObject(event.message) ? event.message : event;
  return isObject(holder.usage) ? holder.usage : null;
}
