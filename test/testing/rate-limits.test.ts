import { describe, expect, test } from 'vitest';
import { RateLimitBucket } from '../../src/testing/api/rate-limit-bucket.ts';
import { modelClass } from '../../src/testing/api/rate-limits.ts';
import { HELLO, rejection, serve } from './serve.ts';

describe('a bucket', () => {
  test('starts full, empties as it is taken from, and refills evenly', () => {
    let now = 1000;
    const bucket = new RateLimitBucket(60, 60_000, () => now);
    bucket.take(50);
    expect(bucket.remaining).toBe(10);
    now += 15_000;
    expect(bucket.remaining).toBe(25);
    now += 600_000;
    expect(bucket.remaining).toBe(60);
  });

  test('knows when there is enough again', () => {
    let now = 0;
    const bucket = new RateLimitBucket(10, 10_000, () => now);
    bucket.take(10);
    expect(bucket.msUntil(3)).toBe(3000);
    now += 1000;
    expect(bucket.msUntil(3)).toBe(2000);
    expect(bucket.msUntil(1)).toBe(0);
    expect(bucket.msUntil(1000)).toBe(9000);
  });

  test('does not go below nothing, nor back in time', () => {
    let now = 1000;
    const bucket = new RateLimitBucket(10, 1000, () => now);
    bucket.take(25);
    expect(bucket.remaining).toBe(0);
    now -= 500;
    expect(bucket.remaining).toBe(0);
  });
});

test.each([
  ['claude-opus-5-5', 'opus-5'],
  ['claude-opus-4-1-20250805', 'opus-4'],
  ['claude-3-5-haiku-latest', 'haiku-3'],
  ['claude-haiku-4-5-20251001', 'haiku-4'],
  ['something-else', 'something-else'],
])('%s shares the limits of %s', (model, name) => {
  expect(modelClass(model)).toBe(name);
});

describe('the limits of the organization', () => {
  test('stand in the headers of every response of the API, errors too', async () => {
    const now = Date.parse('2026-11-21T10:00:00.000Z');
    const { server, client } = await serve({
      now: () => now,
      rateLimits: { requests: 60, inputTokens: 1000, outputTokens: 500 },
    });
    const { response } = await client.messages.create(HELLO).withResponse();
    const limits = [...response.headers].filter(([name]) => name.startsWith('anthropic-ratelimit-'));
    expect(Object.fromEntries(limits)).toEqual({
      'anthropic-ratelimit-requests-limit': '60',
      'anthropic-ratelimit-requests-remaining': '59',
      'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:01Z',
      'anthropic-ratelimit-input-tokens-limit': '1000',
      'anthropic-ratelimit-input-tokens-remaining': '995',
      'anthropic-ratelimit-input-tokens-reset': '2026-11-21T10:00:01Z',
      'anthropic-ratelimit-output-tokens-limit': '500',
      'anthropic-ratelimit-output-tokens-remaining': '473',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-21T10:00:04Z',
      'anthropic-ratelimit-tokens-limit': '1500',
      'anthropic-ratelimit-tokens-remaining': '1468',
      'anthropic-ratelimit-tokens-reset': '2026-11-21T10:00:04Z',
    });
    for (const path of ['/v1/models', '/nowhere']) {
      const { headers } = await fetch(server.url + path);
      expect(headers.get('anthropic-ratelimit-requests-limit')).toBe('60');
      expect(headers.get('anthropic-organization-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test.each([
    ['requests', { requests: 2 }, 'requests', 30],
    ['input tokens', { inputTokens: 10 }, 'input tokens', 30],
    ['output tokens', { outputTokens: 54 }, 'output tokens', 2],
  ] as const)(
    'reject with 429 and retry-after when the %s are used up',
    async (_, rateLimits, words, seconds) => {
      let now = 0;
      const { client } = await serve({ rateLimits, now: () => now });
      const call = () => client.messages.create(HELLO, { maxRetries: 0 });
      await call();
      await call();
      const error = await rejection(call());
      expect(error).toMatchObject({ status: 429, type: 'rate_limit_error' });
      expect(error.message).toContain(`${words} per minute`);
      expect((error.headers as unknown as Headers).get('retry-after')).toBe(String(seconds));
      now += seconds * 1000;
      expect(await call()).toMatchObject({ type: 'message' });
    },
  );

  test('are refilled as time passes', async () => {
    let time = 0;
    const { server, client } = await serve({ now: () => time, rateLimits: { requests: 1, windowMs: 50 } });
    await client.messages.create(HELLO);
    await rejection(client.messages.create(HELLO, { maxRetries: 0 }));
    time = 60;
    await client.messages.create(HELLO);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 429, 200]);
  });

  test('do not count what is read from the cache', async () => {
    const { client } = await serve({ now: () => 0, rateLimits: { inputTokens: 1000 } });
    const cache_control = { type: 'ephemeral' as const };
    const system = [{ type: 'text' as const, text: 'x'.repeat(400), cache_control }];
    const remaining = async (): Promise<string | null> => {
      const { response } = await client.messages.create({ ...HELLO, system }).withResponse();
      return response.headers.get('anthropic-ratelimit-input-tokens-remaining');
    };
    expect([await remaining(), await remaining()]).toEqual(['895', '890']);
  });

  test('are kept per model class, drained and replaced while the server runs', async () => {
    const classes = { 'haiku-5': { requests: 7 } };
    const { server, client } = await serve({ now: () => 0, rateLimits: { requests: 100, classes } });
    const remaining = async (model: string): Promise<string | null> => {
      const { response } = await client.messages.create({ ...HELLO, model }).withResponse();
      return response.headers.get('anthropic-ratelimit-requests-remaining');
    };
    expect(await remaining('claude-haiku-5-5')).toBe('6');
    expect(await remaining('claude-opus-5-5')).toBe('99');
    server.drain('claude-opus-5', { requests: 10 });
    expect(await remaining('claude-opus-5-5')).toBe('9');
    server.rateLimits = { requests: 50 };
    expect(await remaining('claude-opus-5-5')).toBe('49');
  });
});
