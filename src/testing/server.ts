import type { AnthropicServer } from './anthropic-server.ts';
import { LocalServer } from './local-server.ts';
import { type AnthropicServerOptions, resolveOptions } from './options.ts';

/**
 * Starts a server on 127.0.0.1 that responds like the Claude API: messages, streams, token counts, batches, models,
 * rate limits, and on demand every failure that a client has to handle. Clients of Bedrock, Vertex and Foundry with its URL as
 * `baseURL` get responses in the form of their platform.
 *
 * @throws TypeError naming the first wrong option; rejects when the port is taken.
 * @example
 * ```ts
 * const server = await startAnthropicServer();
 * const client = new Anthropic({ baseURL: server.url, apiKey: 'test' });
 * server.plan([respond.error(529), respond.ok({ text: 'Hello' })]);
 * await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 100, messages });
 * await server.close();
 * ```
 */
export async function startAnthropicServer(options: AnthropicServerOptions = {}): Promise<AnthropicServer> {
  const server = new LocalServer(resolveOptions(options));
  await server.listen();
  return server;
}
