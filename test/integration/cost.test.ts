import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';

const USAGE = {
  input_tokens: 1_000_000,
  output_tokens: 1_000_000,
  cache_read_input_tokens: 1_000_000,
  cache_creation_input_tokens: 3_000_000,
  cache_creation: { ephemeral_5m_input_tokens: 1_000_000, ephemeral_1h_input_tokens: 2_000_000 },
};

async function costs(harness: Harness): Promise<Record<string, unknown>> {
  const points = await harness.points('anthropic.client.cost');
  return Object.fromEntries(
    points.map(({ attributes, value }) => [attributes['anthropic.cost.kind'], value]),
  );
}

describe('the estimated cost', () => {
  test('is counted by kind, at the list price of the model that responded', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.ok({ text: 'Hi', usage: USAGE })]);
    await harness.client.messages.create(HELLO);
    expect(await costs(harness)).toEqual({
      input: 4,
      output: 20,
      cache_read: 0.2,
      cache_write_5m: 5,
      cache_write_1h: 16,
    });
    expect(harness.logs()[0]?.fields['cost_usd']).toBeCloseTo(45.2, 9);
    expect(harness.callSpans()[0]?.attributes['anthropic.cost.usd']).toBeCloseTo(45.2, 9);
  });

  test('is the same for a stream', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.ok({ text: 'Hi', usage: USAGE })]);
    await harness.client.messages.stream(HELLO).finalMessage();
    expect(await costs(harness)).toMatchObject({ input: 4, output: 20, cache_write_1h: 16 });
  });

  test('of the fast mode has its own price', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.ok({ text: 'Hi', usage: { input_tokens: 1e6, output_tokens: 1e6 } })]);
    await harness.client.beta.messages.create({ ...HELLO, speed: 'fast' });
    expect(await costs(harness)).toEqual({ input: 8, output: 40 });
  });

  test('of a long prompt counts every token at the price of long prompts', async () => {
    const harness = await startHarness();
    harness.server.plan([
      respond.ok({
        text: 'Hi',
        usage: { input_tokens: 60_000, cache_read_input_tokens: 60_000, output_tokens: 1e6 },
      }),
    ]);
    await harness.client.messages.create({ ...HELLO, model: 'claude-haiku-5-5' });
    expect(await costs(harness)).toEqual({ input: 0.03, output: 2.5, cache_read: 0.003 });
  });

  test('of a model without a known price is not zero but unknown, and the call is counted', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.ok({ text: 'Hi' })]);
    await harness.client.messages.create({ ...HELLO, model: 'claude-next-9' });
    expect(await costs(harness)).toEqual({});
    const model = { 'gen_ai.request.model': 'claude-next-9' };
    expect(await harness.metric('anthropic.client.unpriced_calls', model)).toBe(1);
    expect(harness.logs()[0]?.fields).not.toHaveProperty('cost_usd');
    expect(harness.callSpans()[0]?.attributes).not.toHaveProperty('anthropic.cost.usd');
  });

  test('goes by the prices that the options give', async () => {
    const price = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const harness = await startHarness({ telemetry: { prices: { 'claude-next': price } } });
    harness.server.plan([respond.ok({ text: 'Hi', usage: { input_tokens: 1e6, output_tokens: 1e6 } })]);
    await harness.client.messages.create({ ...HELLO, model: 'claude-next' });
    expect(await costs(harness)).toEqual({ input: 1, output: 2 });
  });

  test('of a failed call is neither known nor unpriced', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(400)]);
    await rejection(harness.client.messages.create(HELLO));
    expect(await costs(harness)).toEqual({});
    expect(await harness.metric('anthropic.client.unpriced_calls')).toBe(0);
  });

  test('of a token count is none', async () => {
    const harness = await startHarness();
    await harness.client.messages.countTokens({ model: MODEL, messages: HELLO.messages });
    expect(await costs(harness)).toEqual({});
    expect(await harness.metric('anthropic.client.unpriced_calls')).toBe(0);
  });

  test('of compactions, which the usage leaves out, is part of it', async () => {
    const harness = await startHarness();
    const usage = {
      input_tokens: 0,
      output_tokens: 0,
      iterations: [{ type: 'compaction', input_tokens: 1_000_000, output_tokens: 1_000_000 }],
    };
    harness.server.plan([respond.ok({ text: 'Hi', usage })]);
    await harness.client.messages.create(HELLO);
    expect(await costs(harness)).toEqual({ input: 4, output: 20 });
  });
});
