/** A test API for one test. */
import { onTestFinished } from 'vitest';
import { type AnthropicServer, startAnthropicServer } from '../../src/testing/index.ts';

/** Starts a test API that ends with the test. Retries do not wait. */
export async function startApi(): Promise<AnthropicServer> {
  const server = await startAnthropicServer({ retryAfterMs: 1 });
  onTestFinished(() => server.close());
  return server;
}
