import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import {
  memoryStore,
  partial,
  type StaleWhileDownOptions,
  staleWhileDown,
} from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { type Setup, setup } from './support/setup.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4);

describe('partial', () => {
  const open = {
    'messages.stream': (client: Anthropic) => client.messages.stream(HELLO),
    'messages.create': (client: Anthropic) => client.messages.create({ ...HELLO, stream: true }),
  };

  test.each(Object.entries(open))('gives the whole text of %s', async (_, start) => {
    const { server, client } = await setup(() => []);
    server.plan([respond.ok({ text: TEXT })]);
    expect(await partial(await start(client))).toEqual({
      text: TEXT,
      truncated: false,
      stopReason: 'end_turn',
    });
  });

  test.each(Object.entries(open))(
    'of %s that is reset gives the text so far, and the error',
    async (_, start) => {
      const { server, client } = await setup(() => []);
      server.plan([respond.resetStream(5, { text: TEXT })]);
      const { text, truncated, error } = await partial(await start(client));
      expect(truncated).toBe(true);
      expect(TEXT.startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThan(0);
      expect(error).toBeInstanceOf(Error);
    },
  );

  test('of a stream with an error event gives the error of the SDK', async () => {
    const { server, client } = await setup(() => []);
    server.plan([respond.sseError('overloaded_error', 5, { text: TEXT })]);
    const { truncated, error } = await partial(client.messages.stream(HELLO));
    expect(truncated).toBe(true);
    expect(error).toMatchObject({ type: 'overloaded_error' });
  });

  test('of a stream that ends without its last event is marked as truncated', async () => {
    const { server, client } = await setup(() => []);
    server.plan([respond.cutStream(5, { text: TEXT })]);
    const { text, truncated } = await partial(await client.messages.create({ ...HELLO, stream: true }));
    expect({ truncated, started: TEXT.startsWith(text) }).toEqual({ truncated: true, started: true });
  });
});

describe('stale while down', () => {
  const start = (options: Partial<StaleWhileDownOptions> = {}): Promise<Setup> =>
    setup((common) => staleWhileDown({ store: memoryStore(), ...options, ...common }));

  test.each([401, 402, 429, 500, 504, 529])(
    '%i gives the last good response, its age and a flag',
    async (status) => {
      const { server, client, clock, names } = await start();
      const first = await client.messages.create(HELLO);
      clock.advance(90_000);
      server.plan([respond.error(status)]);
      const { data, response } = await client.messages.create(HELLO).withResponse();
      expect(data).toEqual(first);
      expect(response.headers.get('anthropic-otel-decision')).toBe('stale_served');
      expect(response.headers.get('age')).toBe('90');
      expect(names()).toEqual(['stale_served']);
    },
  );

  test('a failed connection gives it, too', async () => {
    const { server, client } = await start();
    const first = await client.messages.create(HELLO);
    server.plan([respond.resetConnection()]);
    expect(await client.messages.create(HELLO)).toEqual(first);
  });

  test.each([400, 403, 404, 413])("the caller's own %i is passed on", async (status) => {
    const { server, client } = await start();
    await client.messages.create(HELLO);
    server.plan([respond.error(status)]);
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ status });
  });

  test('another request, a stream, or one with tools gets the error', async () => {
    const { server, client } = await start();
    const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
    await client.messages.create(HELLO);
    await client.messages.create({ ...HELLO, tools });
    server.faults({ rate: 1 });
    const others = [
      client.messages.create({ ...HELLO, max_tokens: 99 }),
      client.messages.create({ ...HELLO, stream: true }),
      client.messages.create({ ...HELLO, tools }),
    ];
    for (const call of others) expect(await rejection(call)).toBeInstanceOf(Anthropic.OverloadedError);
  });

  test('another key does not see the response', async () => {
    const { server, client, newClient } = await start();
    await client.messages.create(HELLO);
    server.faults({ rate: 1 });
    await rejection(newClient({ apiKey: 'another-key' }).messages.create(HELLO));
  });

  test('a response that is too old is not returned', async () => {
    const { server, client, clock } = await start({ maxAge: 1_000 });
    await client.messages.create(HELLO);
    clock.advance(1_001);
    server.faults({ rate: 1 });
    await rejection(client.messages.create(HELLO));
  });

  test('the store in memory is bounded in number and in size', () => {
    const store = memoryStore({ maxEntries: 3, maxSize: 100 });
    const known = (): string[] => ['a', 'b', 'c', 'd', 'large'].filter((key) => store.get(key) !== undefined);
    for (const key of ['a', 'b', 'c']) store.set(key, { body: key, storedAt: 0 });
    store.get('a');
    store.set('d', { body: 'd', storedAt: 0 });
    expect(known()).toEqual(['a', 'c', 'd']);
    store.set('large', { body: 'x'.repeat(99), storedAt: 0 });
    expect(known()).toEqual(['d', 'large']);
    store.set('huge', { body: 'x'.repeat(101), storedAt: 0 });
    expect(store.get('huge')).toBeUndefined();
  });
});
