/** An invoice of scripted responses: the cost that telemetry records, and that of the price list, by arithmetic of its own. */
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';

type Usage = Record<string, unknown>;

/** A response, and what it costs in USD by the vendor's list. */
interface Item {
  readonly what: string;
  readonly model: string;
  readonly usage: Usage;
  readonly usd: number;
  /** Fields of the request beside those of every one. */
  readonly asks?: Record<string, unknown>;
  readonly stream?: boolean;
}

const M = 1_000_000;
const SEARCH = { tools: [{ type: 'web_search_20260209', name: 'web_search' }] };
const RUN = { tools: [{ type: 'code_execution_20260120', name: 'code_execution' }] };
const US = { inference_geo: 'us' };
const FAST = { speed: 'fast' };

const tokens = (input: number, output: number, more: Usage = {}): Usage => ({
  input_tokens: input,
  output_tokens: output,
  ...more,
});

const cache = (read: number, write5m: number, write1h: number): Usage => ({
  cache_read_input_tokens: read,
  cache_creation_input_tokens: write5m + write1h,
  cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
});

const searches = (count: number): Usage => ({
  server_tool_use: { web_search_requests: count, web_fetch_requests: 3 },
});

const [OPUS, SONNET, HAIKU] = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];
const FABLE = 'claude-fable-5-1';
const COMPACT = { context_management: { edits: [{ type: 'compact_20260112' }] } };
const ADVISOR = { tools: [{ type: 'advisor_20260301', name: 'advisor', model: OPUS }] };
const FETCH = { tools: [{ type: 'web_fetch_20260209', name: 'web_fetch' }] };
const STREAM = { stream: true };

const item = (what: string, model: string, usage: Usage, usd: number, more: Partial<Item> = {}): Item => ({
  ...{ what, model, usage, usd },
  ...more,
});
/** What the parts of a response took, beside the usage. */
const parts = (
  ...iterations: readonly [type: string, input: number, output: number, more?: Usage][]
): Usage => ({
  iterations: iterations.map(([type, input, output, more]) => ({ type, ...tokens(input, output, more) })),
});

const INVOICE: readonly Item[] = [
  item('Opus 5.5', OPUS, tokens(M, M), 4 + 20),
  item('Opus 5.5, streamed', OPUS, tokens(M, M), 24, STREAM),
  item('Opus 5', 'claude-opus-5', tokens(1000, 2000), (1000 * 5 + 2000 * 25) / M),
  item('Opus 4.1', 'claude-opus-4-1', tokens(1000, 2000), (15_000 + 150_000) / M),
  item('Sonnet 5.5', SONNET, tokens(9000, 100), (18_000 + 1000) / M),
  item('Sonnet 4.6', 'claude-sonnet-4-6', tokens(9000, 100), (27_000 + 1500) / M),
  item('Haiku 5.5', HAIKU, tokens(90_000, 500), (9000 + 250) / M),
  item('Haiku 4.5', 'claude-haiku-4-5', tokens(90_000, 500), (90_000 + 2500) / M),
  item('Fable 5.2', 'claude-fable-5-2', tokens(10_000, 1000), (80_000 + 40_000) / M),
  item('Fable 5.1', FABLE, tokens(10_000, 1000), (100_000 + 50_000) / M),
  item('a long prompt of Haiku 5.5', HAIKU, tokens(100_001, 1000), (100_001 * 0.5 + 1000 * 2.5) / M),
  item(
    'a long prompt that is mostly cached',
    HAIKU,
    tokens(1, 0, cache(150_000, 0, 0)),
    (0.5 + 150_000 * 0.05) / M,
  ),
  item(
    'a long prompt of Sonnet 4.5',
    'claude-sonnet-4-5',
    tokens(300_000, 1000),
    (300_000 * 6 + 1000 * 22.5) / M,
  ),
  item('a cache read', OPUS, tokens(10, 10, cache(500_000, 0, 0)), (40 + 200 + 500_000 * 0.2) / M),
  item(
    'a cache write for five minutes',
    SONNET,
    tokens(10, 10, cache(0, 200_000, 0)),
    (120 + 200_000 * 2.5) / M,
  ),
  item(
    'a cache write for an hour, streamed',
    SONNET,
    tokens(10, 10, cache(0, 0, 200_000)),
    (120 + 200_000 * 4) / M,
    STREAM,
  ),
  item(
    'thinking, which is output',
    OPUS,
    tokens(100, 20_000, { output_tokens_details: { thinking_tokens: 19_000 } }),
    (400 + 400_000) / M,
  ),
  item('the fast mode', OPUS, tokens(1000, 1000, FAST), (8000 + 40_000) / M, { asks: FAST }),
  item(
    'the fast mode with a cache read',
    'claude-opus-5',
    tokens(0, 1000, { ...FAST, ...cache(100_000, 0, 0) }),
    (100_000 * 1 + 1000 * 50) / M,
    { asks: FAST },
  ),
  item('web searches', OPUS, tokens(20_000, 500, searches(1000)), 10 + (80_000 + 10_000) / M, {
    asks: SEARCH,
  }),
  item('web searches, streamed', SONNET, tokens(20_000, 500, searches(4)), 0.04 + 45_000 / M, {
    asks: SEARCH,
    ...STREAM,
  }),
  item('web fetches, which are free', SONNET, tokens(20_000, 500, searches(0)), (40_000 + 5000) / M, {
    asks: FETCH,
  }),
  item(
    'code execution, within its free hours',
    OPUS,
    tokens(5000, 700, { server_tool_use: { code_execution_requests: 3 } }),
    (20_000 + 14_000) / M,
    { asks: RUN },
  ),
  item('inference in the US', OPUS, tokens(100_000, 10_000, US), ((400_000 + 200_000) * 1.1) / M, {
    asks: US,
  }),
  item(
    'inference in the US with a cache, streamed',
    OPUS,
    tokens(0, 10_000, { ...US, ...cache(100_000, 0, 0) }),
    ((20_000 + 200_000) * 1.1) / M,
    { asks: US, ...STREAM },
  ),
  item(
    'a compaction, beside the usage',
    OPUS,
    tokens(23_000, 1000, parts(['compaction', 180_000, 3500], ['message', 23_000, 1000])),
    (203_000 * 4 + 4500 * 20) / M,
    { asks: COMPACT },
  ),
  item(
    'a compaction that reads the cache, streamed',
    OPUS,
    tokens(
      1000,
      100,
      parts(['compaction', 0, 3500, { cache_read_input_tokens: 180_000 }], ['message', 1000, 100]),
    ),
    (1000 * 4 + 180_000 * 0.2 + 3600 * 20) / M,
    { asks: COMPACT, ...STREAM },
  ),
  item(
    'an advisor, by the price of its own model',
    'claude-haiku-4-5',
    tokens(
      10_000,
      2000,
      parts(
        ['message', 4000, 500],
        ['advisor_message', 5000, 1600, { model: OPUS }],
        ['message', 6000, 1500],
      ),
    ),
    (10_000 + 2000 * 5 + 5000 * 4 + 1600 * 20) / M,
    { asks: ADVISOR },
  ),
  item(
    'a refusal and the fallback of the API',
    FABLE,
    tokens(
      1200,
      400,
      parts(['message', 1100, 5, { model: FABLE }], ['fallback_message', 1200, 400, { model: OPUS }]),
    ),
    (1100 * 10 + 5 * 50 + 1200 * 4 + 400 * 20) / M,
    { asks: { fallbacks: [{ model: OPUS }] } },
  ),
];

async function order(harness: Harness, { model, usage, asks = {}, stream = false }: Item): Promise<void> {
  const served = 'fallbacks' in asks ? { model: 'claude-opus-5-5' } : { model };
  harness.server.plan([respond.ok({ text: 'Hi', usage, ...served })]);
  const params = { ...HELLO, model, ...asks };
  if (!stream) await harness.client.beta.messages.create(params);
  else for await (const _ of await harness.client.beta.messages.create({ ...params, stream }));
}

describe('the estimated cost is within 1 % of the invoice', () => {
  test.each(INVOICE)('for $what', async (item) => {
    const harness = await startHarness();
    await order(harness, item);
    const cost = await harness.metric('anthropic.client.cost');
    expect(Math.abs(cost - item.usd) / item.usd).toBeLessThan(0.01);
    expect(harness.logs()[0]?.fields['cost_usd']).toBeCloseTo(cost, 9);
    expect(await harness.metric('anthropic.client.unpriced_calls')).toBe(0);
  });

  test('for a batch, at half the price, read twice', async () => {
    const harness = await startHarness({ server: { batchMs: 0 } });
    const params = { ...HELLO, max_tokens: 50 };
    const requests = ['a', 'b', 'c'].map((custom_id) => ({ custom_id, params }));
    const unknown = { custom_id: 'd', params: { ...params, model: 'claude-unknown' } };
    const { id } = await harness.client.messages.batches.create({ requests: [...requests, unknown] });
    let usd = 0;
    for (let time = 0; time < 2; time++) {
      for await (const { result } of await harness.client.messages.batches.results(id)) {
        if (time > 0 || result.type !== 'succeeded') continue;
        const { input_tokens, output_tokens } = result.message.usage;
        usd += (input_tokens * 4 + output_tokens * 20) / M / 2;
      }
    }
    const cost = await harness.metric('anthropic.client.cost');
    expect(usd).toBeGreaterThan(0);
    expect(Math.abs(cost - usd) / usd).toBeLessThan(0.01);
    const results = await harness.points('anthropic.client.batch_requests');
    expect(
      results.map(({ attributes, value }) => [
        attributes['anthropic.batch.result'],
        attributes['gen_ai.request.model'],
        value,
      ]),
    ).toEqual([
      ['errored', undefined, 1],
      ['succeeded', HELLO.model, 3],
    ]);
  });
});

test('server tools are counted by use, also where they cost nothing', async () => {
  const harness = await startHarness();
  const use = { web_search_requests: 2, web_fetch_requests: 3, code_execution_requests: 4 };
  harness.server.plan([respond.ok({ text: 'Hi', usage: { ...tokens(1, 1), server_tool_use: use } })]);
  await harness.client.messages.create({ ...HELLO, ...SEARCH } as never);
  const uses = await harness.points('anthropic.client.server_tool_uses');
  expect(
    Object.fromEntries(uses.map(({ attributes, value }) => [attributes['anthropic.server_tool'], value])),
  ).toEqual({ web_search: 2, web_fetch: 3, code_execution: 4 });
});

test('the priority tier has no list price: the call is counted as unpriced', async () => {
  const harness = await startHarness();
  harness.server.plan([respond.ok({ text: 'Hi', usage: { ...tokens(1, 1), service_tier: 'priority' } })]);
  await harness.client.messages.create(HELLO);
  expect(await harness.metric('anthropic.client.unpriced_calls')).toBe(1);
  expect(await harness.metric('anthropic.client.cost')).toBe(0);
});

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

describe('the cost that is recorded', () => {
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
});
