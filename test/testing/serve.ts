import Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { onTestFinished } from 'vitest';
import {
  type AnthropicServer,
  type AnthropicServerOptions,
  startAnthropicServer,
} from '../../src/testing/index.ts';

/** A server for one test, with a client that talks to it; both end with the test. */
export async function serve(
  options: AnthropicServerOptions = {},
): Promise<{ server: AnthropicServer; client: Anthropic }> {
  const server = await startAnthropicServer({ retryAfterMs: 1, ...options });
  onTestFinished(() => server.close());
  const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key', openTelemetry: false });
  return { server, client };
}

/** A small valid request. */
export const HELLO: MessageCreateParamsNonStreaming = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
};

/** Everything that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a promise was rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('Expected a rejection');
}
