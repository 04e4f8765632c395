import type Anthropic from '@anthropic-ai/sdk';
import { diag } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL, startHarness } from '../helpers/harness.ts';

const REPEATED = 'anthropic.client.repeated_calls';

/** A retry loop of the application around the SDK. Each turn builds its request anew. */
async function withRetry(client: Anthropic, tries: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.messages.create({ ...HELLO, messages: [{ role: 'user', content: 'Hello' }] });
      return;
    } catch (error) {
      if (attempt === tries) throw error;
    }
  }
}

describe('a retry loop around the SDK', () => {
  test('is counted, stated on the call spans, and reported once with what to do', async () => {
    const warn = vi.spyOn(diag, 'warn');
    const { server, client, points, callSpans } = await startHarness();
    server.plan(Array.from({ length: 6 }, () => respond.error(529)));
    await withRetry(client, 3);
    expect(await points(REPEATED)).toEqual([{ attributes: { 'gen_ai.request.model': MODEL }, value: 2 }]);
    expect(callSpans().map(({ attributes }) => attributes['anthropic.call.repeated'])).toEqual([
      undefined,
      true,
      true,
    ]);
    const warnings = warn.mock.calls
      .map(([message]) => message)
      .filter((message) => message.includes('repeats'));
    expect(warnings).toEqual([expect.stringContaining('`maxRetries: 0`')]);
  });

  test('is found for failed connections, too', async () => {
    const { server, newClient, metric } = await startHarness();
    server.plan([respond.resetConnection(), respond.resetConnection()]);
    await withRetry(newClient({ maxRetries: 1 }), 2);
    expect(await metric(REPEATED)).toBe(1);
  });

  test.each([
    ['does not retry inside', 0, 529, 2],
    ['retries what the SDK does not', 2, 400, 2],
  ])('that %s is none', async (_, maxRetries, status, tries) => {
    const { server, newClient, metric } = await startHarness();
    server.plan([respond.error(status)]);
    await withRetry(newClient({ maxRetries }), tries);
    expect(await metric(REPEATED)).toBe(0);
  });
});

test('other requests, and requests that succeeded after a retry, are no repetitions', async () => {
  const { server, client, metric } = await startHarness();
  server.plan(Array.from({ length: 3 }, () => respond.error(529)));
  await client.messages.create(HELLO).catch(() => {});
  await client.messages.create({ ...HELLO, max_tokens: 99 });
  server.plan([respond.error(529), respond.error(529)]);
  await client.messages.create({ ...HELLO, max_tokens: 98 });
  await client.messages.create({ ...HELLO, max_tokens: 98 });
  expect(await metric(REPEATED)).toBe(0);
});
