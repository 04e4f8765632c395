import { APIConnectionTimeoutError } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { type AnthropicServer, respond } from '../../src/testing/index.ts';
import { collect, HELLO, rejection, serve } from './serve.ts';

const SONNET = { ...HELLO, model: 'claude-sonnet-5-5' };

describe('the plan', () => {
  test('responds in order, and then the server is healthy', async () => {
    const { server, client } = await serve();
    server.plan([respond.error(529), respond.error(500)]);
    server.plan([respond.ok({ text: 'third' })]);
    expect(await client.messages.create(HELLO)).toMatchObject({ content: [{ text: 'third' }] });
    expect(server.requests.map(({ status }) => status)).toEqual([529, 500, 200]);
    expect(await client.messages.create(HELLO)).toMatchObject({ stop_reason: 'end_turn' });
  });

  test('waits for the requests that it is meant for', async () => {
    const { server, client } = await serve();
    server.plan([respond.error(400)], { model: 'claude-sonnet-5-5' });
    server.plan([respond.error(403)], { path: /^\/v1\/models/ });
    server.plan([respond.error(402)], { stream: true });
    await client.messages.create(HELLO);
    expect(server.pending).toBe(3);
    expect(await rejection(client.messages.create(SONNET))).toMatchObject({ status: 400 });
    expect(await rejection(client.models.list())).toMatchObject({ status: 403 });
    expect(await rejection(client.messages.create({ ...HELLO, stream: true }))).toMatchObject({
      status: 402,
    });
    expect(server.pending).toBe(0);
  });

  test('lets an ok pass where only the delivery matters: another endpoint responds as ever', async () => {
    const { server, client } = await serve();
    server.plan([respond.ok({ headers: { 'x-planned': 'yes' } })]);
    const { data, response } = await client.models.list().withResponse();
    expect(response.headers.get('x-planned')).toBe('yes');
    expect(data.data.length).toBeGreaterThan(5);
  });

  test('rejects what is no response', async () => {
    const { server } = await serve();
    expect(() => server.plan([{ status: 500 } as never])).toThrow(
      new TypeError('Expected `steps[0]` to be a response of `respond`, got [object Object] (object)'),
    );
    expect(() => server.plan([respond.ok()], { modle: 'x' } as never)).toThrow(
      /Unknown option `match.modle`/,
    );
    expect(() => respond.error(200)).toThrow(
      'Expected `status` to be a whole number from 400 to 599, got 200',
    );
    expect(() => respond.ok({ chunkBytes: 0 })).toThrow('Expected `chunkBytes`');
    expect(() => respond.cutStream(-1)).toThrow('Expected `afterEvents`');
    expect(() => respond.replay({} as never)).toThrow('Expected `recording`');
  });
});

describe('a stream', () => {
  const read = async (server: AnthropicServer, step: ReturnType<typeof respond.ok>) => {
    const { client } = await serve();
    server.plan([step]);
    const seen: string[] = [];
    const error = await (async () => {
      const stream = await client
        .withOptions({ baseURL: server.url })
        .messages.create({ ...HELLO, stream: true }, { maxRetries: 0 });
      for await (const event of stream) seen.push(event.type);
    })().catch((thrown: Error) => thrown);
    await server.idle();
    return { seen, error };
  };

  test('that is cut ends without an error and without message_stop', async () => {
    const { server } = await serve();
    const { seen, error } = await read(server, respond.cutStream(5));
    expect(error).toBeUndefined();
    expect(seen).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
    ]);
    expect(server.requests[0]).toMatchObject({ completed: true, usageFinal: false, eventsSent: 5 });
  });

  test('that is reset fails after the events that were sent', async () => {
    const { server } = await serve();
    const { seen, error } = await read(server, respond.resetStream(4));
    expect(seen).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
    expect(error).toBeInstanceOf(TypeError);
    expect(server.requests[0]).toMatchObject({ completed: false, closedByClient: false });
  });

  test('that hangs ends when the client leaves it', async () => {
    const { server, client } = await serve();
    server.plan([respond.hangBody(3)]);
    const stream = await client.messages.create({ ...HELLO, stream: true });
    for await (const event of stream) {
      if (event.type === 'content_block_start') break;
    }
    await server.idle();
    expect(server.requests[0]).toMatchObject({ eventsSent: 3, completed: false, closedByClient: true });
    expect(server.sent.closedByClient).toBe(1);
  });

  test('can be interrupted before its first event', async () => {
    const { server } = await serve();
    expect(await read(server, respond.cutStream(0))).toMatchObject({ seen: [], error: undefined });
    expect(await read(server, respond.resetStream(0))).toMatchObject({
      seen: [],
      error: expect.any(TypeError),
    });
    expect(server.sent.statuses).toEqual({ 200: 2 });
  });

  test('can be slow, before its head and between its events', async () => {
    const { server, client } = await serve();
    server.plan([respond.slow({ delayMs: 30, eventDelayMs: 5, deltas: 4 })]);
    const start = performance.now();
    const stream = await client.messages.create({ ...HELLO, stream: true });
    // Timers may fire up to a millisecond early.
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
    const times: number[] = [];
    for await (const _ of stream) times.push(performance.now());
    expect(times).toHaveLength(9);
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThanOrEqual(9 * 4);
  });
});

describe('a response that is not streamed', () => {
  test('that never comes runs into the timeout of the client', async () => {
    const { server, client } = await serve();
    // The connection is there, so that the request arrives long before the timeout.
    await client.messages.create(HELLO);
    server.reset();
    server.plan([respond.hang()]);
    const error = await rejection(client.messages.create(HELLO, { timeout: 1000, maxRetries: 0 }));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    await server.idle();
    expect(server.requests[0]).toMatchObject({ status: null, closedByClient: true });
    expect(server.sent.statuses).toEqual({ none: 1 });
  });
});

describe('faults by chance', () => {
  const statuses = async (seed: number): Promise<(number | null)[]> => {
    const { server, client } = await serve();
    server.faults({ rate: 0.3, seed, responses: [respond.error(529), respond.error(500)] });
    for (let call = 0; call < 40; call += 1) {
      await client.messages.create(HELLO, { maxRetries: 0 }).catch(() => undefined);
    }
    return server.requests.map(({ status }) => status);
  };

  test('are the same for the same seed, and near the rate', async () => {
    const first = await statuses(7);
    expect(await statuses(7)).toEqual(first);
    expect(await statuses(8)).not.toEqual(first);
    const failed = first.filter((status) => status !== 200);
    expect(failed.length).toBeGreaterThan(5);
    expect(failed.length).toBeLessThan(20);
    expect(new Set(failed)).toEqual(new Set([500, 529]));
  });

  test('strike only what they are meant for, until they are ended', async () => {
    const { server, client } = await serve();
    server.faults(
      { rate: 1, model: 'claude-sonnet-5-5' },
      { rate: 1, path: '/v1/models', responses: [respond.error(400)] },
    );
    await client.messages.create(HELLO);
    expect(await rejection(client.messages.create(SONNET))).toMatchObject({ status: 529 });
    expect(await rejection(client.models.list())).toMatchObject({ status: 400 });
    server.faults();
    await client.messages.create(SONNET);
    expect(() => server.faults({ rate: 2 })).toThrow(
      'Expected `faults.rate` to be a number from 0 to 1, got 2',
    );
  });

  test('come after the plan', async () => {
    const { server, client } = await serve();
    server.faults({ rate: 1 });
    server.plan([respond.ok({ text: 'planned' })]);
    expect(await client.messages.create(HELLO)).toMatchObject({ content: [{ text: 'planned' }] });
  });
});

test('two streams at once do not mix', async () => {
  const { server, client } = await serve({ eventDelayMs: 1 });
  const texts = ['first'.repeat(20), 'other'.repeat(20)];
  server.plan(texts.map((text) => respond.ok({ text, deltas: 20 })));
  const read = async (): Promise<string> => {
    const events = await collect(await client.messages.create({ ...HELLO, stream: true }));
    return events
      .flatMap((e) =>
        e.type === 'content_block_delta' && e.delta.type === 'text_delta' ? [e.delta.text] : [],
      )
      .join('');
  };
  expect((await Promise.all([read(), read()])).sort()).toEqual(texts.sort());
});
