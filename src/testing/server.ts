import type { AnthropicServer } from './anthropic-server.ts';
import { LocalServer } from './local-server.ts';
import { type AnthropicServerOptions, settle } from './options.ts';

/**
 * Starts a server on 127.0.0.1 that answers like the Anthropic API: messages, streams, token counts, batches, models,
 * rate limits, and on demand every fault that a client has to live through. Clients of Bedrock, Vertex and Foundry that have its URL as
 * their `baseURL` are answered in the form of their platform.
 *
 * @throws TypeError naming the first wrong option; rejects when the port is taken.
 * @example
 * ```ts
 * const server = await startAnthropicServer();
 * const client = new Anthropic({ baseURL: server.url, apiKey: 'test' });
 * server.plan([answer.error(529), answer.ok({ text: 'Hello' })]);
 * await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 100, messages });
 * await server.close();
 * ```
 */
export async function startAnthropicServer(options: AnthropicServerOptions = {}): Promise<AnthropicServer> {
  const server = new LocalServer(settle(options));
  await server.listen();
  return server;
}
