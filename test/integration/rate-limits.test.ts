import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';

const RATE_LIMIT = 'anthropic.client.rate_limit';
const TYPE = 'anthropic.rate_limit.type';

async function byType(harness: Harness, name: string): Promise<Record<string, unknown>> {
  const points = await harness.points(`${RATE_LIMIT}.${name}`);
  return Object.fromEntries(points.map(({ attributes, value }) => [attributes[TYPE], value]));
}

/** The headers of one limit. */
const limit = (name: string, all: number, left: number): Record<string, string> => ({
  [`${name}-limit`]: String(all),
  [`${name}-remaining`]: String(left),
  [`${name}-reset`]: '2026-11-21T10:00:00Z',
});

describe('rate limits', () => {
  test('are gauges of what the last response stated, by model', async () => {
    const harness = await startHarness();
    const { response } = await harness.client.messages.create(HELLO).withResponse();
    expect(await byType(harness, 'limit')).toEqual({
      requests: 4000,
      tokens: 2_400_000,
      input_tokens: 2_000_000,
      output_tokens: 400_000,
    });
    const stated = (field: string, name: string): string =>
      response.headers.get(`anthropic-ratelimit-${name.replace('_', '-')}-${field}`) ?? '';
    for (const [name, value] of Object.entries(await byType(harness, 'remaining'))) {
      expect(value).toBe(Number(stated('remaining', name)));
    }
    for (const [name, value] of Object.entries(await byType(harness, 'reset_time'))) {
      expect(value).toBe(Date.parse(stated('reset', name)) / 1000);
    }
    for (const { attributes } of await harness.points(`${RATE_LIMIT}.limit`)) {
      expect(attributes['gen_ai.request.model']).toBe(MODEL);
    }
  });

  test('are read from a 429 too', async () => {
    const harness = await startHarness({
      client: { maxRetries: 0 },
      server: { rateLimits: { requests: 10 } },
    });
    harness.server.drain(MODEL, { requests: 0 });
    await rejection(harness.client.messages.create(HELLO));
    expect(await byType(harness, 'limit')).toMatchObject({ requests: 10 });
    const points = (await harness.allPoints()).get(`${RATE_LIMIT}.remaining`);
    expect(points?.find(({ attributes }) => attributes[TYPE] === 'requests')?.value).toBe(0);
  });

  test('of priority and fast tiers and of gateways are read by their own names', async () => {
    const harness = await startHarness();
    const none = Object.fromEntries(
      ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((name) =>
        ['limit', 'remaining', 'reset'].map((field) => [`anthropic-ratelimit-${name}-${field}`, null]),
      ),
    );
    harness.server.plan([
      respond.ok({
        headers: {
          ...none,
          ...limit('anthropic-priority-input-tokens', 100, 60),
          ...limit('anthropic-fast-output-tokens', 50, 40),
        },
      }),
      respond.ok({
        headers: {
          ...none,
          'x-ratelimit-limit-requests': '7',
          'x-ratelimit-remaining-requests': '6',
          'x-ratelimit-reset-requests': '30s',
        },
      }),
    ]);
    await harness.client.messages.create(HELLO);
    await harness.client.messages.create(HELLO);
    expect(await byType(harness, 'limit')).toEqual({
      priority_input_tokens: 100,
      fast_output_tokens: 50,
      requests: 7,
    });
    expect(await byType(harness, 'reset_time')).toMatchObject({
      fast_output_tokens: Date.parse('2026-11-21T10:00:00Z') / 1000,
    });
  });

  test('that fall below a tenth are counted once for each fall, in a series that was at 0 before', async () => {
    const harness = await startHarness();
    const name = 'anthropic-ratelimit-requests';
    for (const left of [50, 9, 5, 80, 10, 9]) {
      harness.server.plan([respond.ok({ headers: limit(name, 100, left) })]);
      await harness.client.messages.create(HELLO);
      if (left !== 50) continue;
      const low = (await harness.allPoints()).get(`${RATE_LIMIT}.low`) ?? [];
      expect(low.find(({ attributes }) => attributes[TYPE] === 'requests')?.value).toBe(0);
    }
    expect(await byType(harness, 'low')).toEqual({ requests: 2 });
  });

  test('of two models are two series', async () => {
    const harness = await startHarness();
    await harness.client.messages.create(HELLO);
    await harness.client.messages.create({ ...HELLO, model: 'claude-haiku-5-5' });
    const points = await harness.points(`${RATE_LIMIT}.limit`);
    const models = points.map(({ attributes }) => attributes['gen_ai.request.model']);
    expect(new Set(models)).toEqual(new Set([MODEL, 'claude-haiku-5-5']));
    expect(points).toHaveLength(8);
  });
});
