/** Random tokens, and the `usage` by which the API states them. */
import type { Random } from './random.ts';
import type { Tokens } from './records.ts';

export function randomTokens(random: Random): Tokens {
  const hour = random.chance(30);
  const write = random.below(700);
  return {
    input: 1 + random.below(900),
    cacheRead: random.below(5000),
    write5m: hour ? 0 : write,
    write1h: hour ? write : 0,
    output: 1 + random.below(400),
    thinking: random.chance(40) ? random.below(300) : 0,
  };
}

export function usageOf(tokens: Tokens, searches: number): Readonly<Record<string, object | number>> {
  const { input, cacheRead, write5m, write1h, output, thinking } = tokens;
  return {
    input_tokens: input,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: write5m + write1h,
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
    output_tokens: output + thinking,
    ...(thinking > 0 && { output_tokens_details: { thinking_tokens: thinking } }),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
}
