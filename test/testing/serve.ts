import Anthropic from '@anthropic-ai/sdk';
import { onTestFinished } from 'vitest';
import {
  type AnthropicServer,
  type AnthropicServerOptions,
  startAnthropicServer,
} from '../../src/testing/index.ts';

export { collect, HELLO, rejection } from '../helpers/harness.ts';

/** A server for one test, with a client that talks to it; both end with the test. */
export async function serve(
  options: AnthropicServerOptions = {},
): Promise<{ server: AnthropicServer; client: Anthropic }> {
  const server = await startAnthropicServer({ retryAfterMs: 1, ...options });
  onTestFinished(() => server.close());
  const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key', openTelemetry: false });
  return { server, client };
}
