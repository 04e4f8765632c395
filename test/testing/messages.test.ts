import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { collect, HELLO, serve } from './serve.ts';

const WEATHER = {
  name: 'get_weather',
  input_schema: {
    type: 'object' as const,
    properties: {
      city: { type: 'string' },
      days: { type: 'integer', minimum: 2 },
      unit: { enum: ['C', 'F'] },
    },
    required: ['city', 'days', 'unit'],
  },
};

describe('a good response', () => {
  test('has the content, usage and request id that the SDK reads', async () => {
    const { server, client } = await serve();
    const { data, request_id } = await client.messages.create(HELLO).withResponse();
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [{ type: 'text' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 5,
        output_tokens: 27,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
        service_tier: 'standard',
      },
    });
    expect(request_id).toBe(server.requests[0]?.requestId);
    expect(request_id).toMatch(/^req_01/);
  });

  test('streams the same message that it sends whole', async () => {
    const { client } = await serve();
    const { id: _a, ...whole } = await client.messages.create(HELLO);
    const { id: _b, ...streamed } = await client.messages.stream(HELLO).finalMessage();
    expect(streamed).toEqual({ ...whole, parsed_output: null });
  });

  test('streams its events in the order of the API, with a placeholder before the final usage', async () => {
    const { server } = await serve();
    const body = JSON.stringify({ ...HELLO, stream: true });
    const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body });
    const text = await response.text();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(text.match(/(?<=^event: ).*$/gm)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      ...Array(5).fill('content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const data = text.match(/(?<=^data: ).*$/gm)?.map((line) => JSON.parse(line));
    expect(data?.[0].message.usage).toMatchObject({ input_tokens: 5, output_tokens: 1 });
    expect(data?.at(-2)).toMatchObject({ usage: { input_tokens: 5, output_tokens: 27 } });
    expect(server.requests[0]).toMatchObject({ eventsSent: 11, bytesSent: Buffer.byteLength(text) });
  });

  test('stops at max_tokens', async () => {
    const { client } = await serve();
    const message = await client.messages.create({ ...HELLO, max_tokens: 10 });
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } });
  });

  test('thinks when asked to, and counts the thinking within the output', async () => {
    const { client } = await serve();
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
    const { content, usage } = await client.messages
      .stream({ ...HELLO, max_tokens: 2000, thinking })
      .finalMessage();
    expect(content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    expect(content[0]).toMatchObject({ signature: expect.stringMatching(/.+/) });
    expect(usage.output_tokens_details?.thinking_tokens).toBe(25);
    expect(usage.output_tokens).toBe(25 + 27);
  });

  test('fits the schema of a request for structured output', async () => {
    const { client } = await serve();
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const output_config = { format: { type: 'json_schema' as const, schema } };
    const message = await client.messages.create({ ...HELLO, output_config });
    expect(message.content).toMatchObject([{ type: 'text', text: '{"ok":true}' }]);
  });

  test('counts the same input tokens ahead of the call', async () => {
    const { client } = await serve();
    const prompt = { model: HELLO.model, messages: HELLO.messages, system: 'Be brief, be kind.' };
    const { input_tokens } = await client.messages.countTokens(prompt);
    const { usage } = await client.messages.create({ ...prompt, max_tokens: 10 });
    expect(input_tokens).toBe(usage.input_tokens);
    expect(input_tokens).toBeGreaterThan(5);
  });

  test('names the dated snapshot of a model', async () => {
    const { server, client } = await serve();
    const { model } = await client.messages.create({ ...HELLO, model: 'claude-haiku-4-5' });
    expect(model).toBe('claude-haiku-4-5-20251001');
    expect(server.requests[0]?.model).toBe('claude-haiku-4-5');
  });

  test('has exactly what the plan states', async () => {
    const { server, client } = await serve();
    const usage = {
      input_tokens: 3,
      output_tokens: 7,
      cache_read_input_tokens: 11,
      cache_creation_input_tokens: 13,
      cache_creation: { ephemeral_5m_input_tokens: 6, ephemeral_1h_input_tokens: 7 },
      output_tokens_details: { thinking_tokens: 2 },
      service_tier: 'priority',
    };
    const script = respond.ok({
      text: 'Exactly this.',
      usage,
      stopReason: 'stop_sequence',
      stopSequence: '.',
    });
    server.plan([script, script]);
    const expected = {
      content: [{ type: 'text', text: 'Exactly this.' }],
      stop_reason: 'stop_sequence',
      stop_sequence: '.',
      usage,
    };
    expect(await client.messages.create(HELLO)).toMatchObject(expected);
    expect(await client.messages.stream(HELLO).finalMessage()).toMatchObject(expected);
    expect(server.sent.tokens).toEqual({
      input: 6,
      output: 14,
      cacheRead: 22,
      cacheWrite5m: 12,
      cacheWrite1h: 14,
      thinking: 4,
    });
  });

  test('can be a refusal by the model', async () => {
    const { server, client } = await serve();
    server.plan([respond.refusal(), respond.refusal()]);
    const expected = { stop_reason: 'refusal', content: [], stop_details: { type: 'refusal' } };
    expect(await client.messages.create(HELLO)).toMatchObject(expected);
    expect(await client.messages.stream(HELLO).finalMessage()).toMatchObject(expected);
  });
});

describe('tools', () => {
  test('are called with an input that fits their schema', async () => {
    const { client } = await serve();
    const message = await client.messages.stream({ ...HELLO, tools: [WEATHER] }).finalMessage();
    expect(message.stop_reason).toBe('tool_use');
    expect(message.content).toMatchObject([
      { type: 'tool_use', name: 'get_weather', input: { city: 'example', days: 2, unit: 'C' } },
    ]);
  });

  test('let the tool runner finish after one round', async () => {
    const { server, client } = await serve();
    const asked: unknown[] = [];
    const run = async (input: unknown): Promise<string> => {
      asked.push(input);
      return 'sunny';
    };
    const tools = [{ ...WEATHER, type: 'custom' as const, run, parse: (input: unknown) => input }];
    const final = await client.beta.messages.toolRunner({ ...HELLO, tools });
    expect(asked).toEqual([{ city: 'example', days: 2, unit: 'C' }]);
    expect(final.stop_reason).toBe('end_turn');
    expect(server.sent).toMatchObject({ calls: 2, attempts: 2 });
  });

  test('are left alone with tool_choice none', async () => {
    const { client } = await serve();
    const choice = { tools: [WEATHER], tool_choice: { type: 'none' as const } };
    expect(await client.messages.create({ ...HELLO, ...choice })).toMatchObject({ stop_reason: 'end_turn' });
  });
});

describe('the prompt cache', () => {
  const system = (ttl?: '5m' | '1h') => [
    {
      type: 'text' as const,
      text: 'x'.repeat(400),
      cache_control: { type: 'ephemeral' as const, ...(ttl && { ttl }) },
    },
  ];

  test.each([
    ['5m', undefined, 100, 0],
    ['5m', '5m', 100, 0],
    ['1h', '1h', 0, 100],
  ] as const)(
    'writes for %s with ttl %s, and the same call again reads',
    async (_, ttl, write5m, write1h) => {
      const { client } = await serve();
      const params = { ...HELLO, system: system(ttl) };
      const first = await client.messages.create(params);
      expect(first.usage).toMatchObject({
        input_tokens: 5,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 100,
        cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
      });
      const second = await client.messages.create(params);
      expect(second.usage).toMatchObject({
        input_tokens: 5,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 0,
      });
    },
  );

  test('forgets after the lifetime, counted from the last read', async () => {
    let now = 0;
    const { client } = await serve({ now: () => now });
    const read = async (): Promise<number | null> =>
      (await client.messages.create({ ...HELLO, system: system() })).usage.cache_read_input_tokens;
    expect(await read()).toBe(0);
    now += 299_000;
    expect(await read()).toBe(100);
    now += 299_000;
    expect(await read()).toBe(100);
    now += 300_000;
    expect(await read()).toBe(0);
  });

  test('reads the part of a longer conversation that it knows, and writes the rest', async () => {
    const { client } = await serve();
    const turn = (text: string, cached: boolean) => ({
      role: 'user' as const,
      content: [
        { type: 'text' as const, text, ...(cached && { cache_control: { type: 'ephemeral' as const } }) },
      ],
    });
    await client.messages.create({ ...HELLO, messages: [turn('a'.repeat(80), true)] });
    const longer = [turn('a'.repeat(80), false), turn('b'.repeat(40), true)];
    const { usage } = await client.messages.create({ ...HELLO, messages: longer });
    expect(usage).toMatchObject({
      input_tokens: 0,
      cache_read_input_tokens: 23,
      cache_creation_input_tokens: 13,
    });
  });

  test('is kept per model', async () => {
    const { client } = await serve();
    await client.messages.create({ ...HELLO, system: system() });
    const { usage } = await client.messages.create({
      ...HELLO,
      model: 'claude-sonnet-5-5',
      system: system(),
    });
    expect(usage.cache_read_input_tokens).toBe(0);
  });
});

test('a body cut into single bytes reads the same, whole and streamed', async () => {
  const { server, client } = await serve({ chunkBytes: 1 });
  const text = 'Grüße, 世界 😄';
  server.plan([respond.ok({ text }), respond.ok({ text })]);
  expect(await client.messages.create(HELLO)).toMatchObject({ content: [{ text }] });
  const pieces = await collect(await client.messages.create({ ...HELLO, stream: true }));
  const joined = pieces.flatMap((event) =>
    event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? [event.delta.text] : [],
  );
  expect(joined.join('')).toBe(text);
  expect(joined).toHaveLength(5);
});
