/** Requests without the SDK's own headers, which applications remove for gateways and browsers: their retries are not stated. */
import { describe, expect, test } from 'vitest';
import { HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, SDKS } from '../helpers/sdks.ts';

const OPTIONS = { headers: { 'x-stainless-retry-count': null } };
const FAILURES = {
  rejections: () => Response.json({}, { status: 529, headers: { 'retry-after-ms': '5' } }),
  'rejections without a wait': () => Response.json({}, { status: 529 }),
  'lost connections': () => {
    throw new TypeError('fetch failed');
  },
};

describe.each(SDKS)('SDK $version', (sdk) => {
  test.each(Object.keys(FAILURES))('retries after %s belong to their call', async (failure) => {
    const harness = await startHarness();
    const sent = new Map<string, number>();
    const fetch = async (_: unknown, init?: { body?: unknown }): Promise<Response> => {
      const body = String(init?.body);
      const number = (sent.get(body) ?? 0) + 1;
      sent.set(body, number);
      return number <= 2 ? FAILURES[failure as keyof typeof FAILURES]() : Response.json({ type: 'message' });
    };
    const client = newClient(sdk, harness, { fetch });
    await Promise.all([1, 2].map((max_tokens) => client.messages.create({ ...HELLO, max_tokens }, OPTIONS)));
    expect([...sent.values()]).toEqual([3, 3]);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('anthropic.client.calls')).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(6);
  });

  test('two calls that are the same are two calls', async () => {
    const harness = await startHarness();
    const fetch = async (): Promise<Response> => Response.json({}, { status: 400 });
    const client = newClient(sdk, harness, { fetch });
    for (let call = 0; call < 2; call++) await client.messages.create(HELLO, OPTIONS).catch(() => {});
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(2);
  });
});
