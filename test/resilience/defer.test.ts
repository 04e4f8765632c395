import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type DeadLetter,
  type DeferOptions,
  type DeferStore,
  defer,
  type MemoryDeferStore,
  memoryDeferStore,
} from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { setup } from './support/setup.ts';

const EXAMPLE = new URL('../../examples/defer/sqlite-store.js', import.meta.url).href;
const { sqliteStore } = (await import(EXAMPLE)) as {
  sqliteStore(file: string): MemoryDeferStore & { close(): void };
};

const STORES: [string, () => MemoryDeferStore][] = [
  ['in memory', () => memoryDeferStore()],
  [
    'in SQLite',
    () => {
      const store = sqliteStore(':memory:');
      onTestFinished(() => store.close());
      return store;
    },
  ],
];

async function start(
  store: DeferStore = memoryDeferStore(),
  options: Partial<DeferOptions> = {},
  setupOptions: Parameters<typeof setup>[1] = {},
) {
  const { server, client, clock } = await setup(() => [], setupOptions);
  const names: string[] = [];
  const results: string[] = [];
  const queue = defer(store, {
    client,
    clock,
    onResult: (id) => results.push(id),
    onDecision: ({ name }) => names.push(name),
    ...options,
  });
  const posts = (): (string | number | null)[] =>
    server.requests.filter(({ method }) => method === 'POST').map(({ status }) => status);
  return { server, client, clock, queue, names, results, posts };
}

describe.each(STORES)('deferred requests %s', (_, newStore) => {
  test('become one batch, whose results are handed out once', async () => {
    const { queue, results, posts, clock, names } = await start(
      newStore(),
      {},
      { server: { batchMs: 150_000 } },
    );
    for (const id of ['a', 'b', 'a']) await queue.enqueue(id, HELLO);
    await queue.work({ stopWhenEmpty: true });
    expect(await queue.enqueue('a', HELLO)).toBe(false);
    expect(results.toSorted()).toEqual(['a', 'b']);
    expect(posts()).toEqual([200]);
    expect(clock.waits).toEqual([60_000, 60_000, 60_000]);
    expect(names).toEqual(['deferred', 'deferred', 'defer_sent']);
  });

  test('cost no attempt when the key, the limits or the API fail', async () => {
    const store = newStore();
    const { server, queue, clock, results, names } = await start(store, { maxAttempts: 1 });
    const spent = respond.error(400, { message: 'Your credit balance is too low to access the API.' });
    server.plan([spent, ...[401, 429, 500, 529, 529].map((status) => respond.error(status))]);
    await queue.enqueue('a', HELLO);
    await queue.work({ stopWhenEmpty: true });
    expect(clock.waits).toEqual([15_000, 30_000, 60_000, 120_000, 150_000, 150_000]);
    expect(results).toEqual(['a']);
    expect(names).toEqual(['deferred', ...Array<string>(6).fill('defer_waiting'), 'defer_sent']);
    expect(store.deadLetters()).toEqual([]);
  });

  test('become a dead letter when the API calls them invalid; the others are served', async () => {
    const store = newStore();
    const { server, queue, results, posts } = await start(store);
    // The API rejects the whole batch, then the half with `b`, then `b` alone.
    server.plan([respond.error(400), respond.error(400), respond.error(400)]);
    for (const id of ['b', 'a', 'c']) await queue.enqueue(id, HELLO);
    await queue.work({ stopWhenEmpty: true });
    expect(results.toSorted()).toEqual(['a', 'c']);
    expect(posts()).toEqual([400, 400, 400, 200, 200]);
    expect(store.deadLetters()).toEqual<DeadLetter[]>([{ customId: 'b', error: 'status_400' }]);
    expect(await store.stats()).toEqual({ backlog: 0, deadLetters: 1 });
    store.remove('b');
    expect(await queue.enqueue('b', HELLO)).toBe(true);
  });

  test('whose result is not taken are read again from their batch, until they are dead letters', async () => {
    const store = newStore();
    let calls = 0;
    const { queue, posts, names } = await start(store, {
      maxAttempts: 3,
      pollMs: 1_000,
      onResult: () => {
        calls++;
        throw new Error('no disk');
      },
    });
    await queue.enqueue('a', HELLO);
    await queue.work({ stopWhenEmpty: true });
    expect({ calls, posts: posts() }).toEqual({ calls: 3, posts: [200] });
    expect(names).toEqual(['deferred', 'defer_sent', 'defer_retry', 'defer_retry', 'dead_lettered']);
    expect(store.deadLetters()).toEqual([{ customId: 'a', error: 'on_result_failed' }]);
  });

  test('of a worker that is stopped are taken up by the next one, with the same batch', async () => {
    const store = newStore();
    const stop = new AbortController();
    const { server, queue, clock, results, posts } = await start(
      store,
      {},
      { server: { batchMs: 90_000 }, clock: { automatic: false } },
    );
    await queue.enqueue('a', HELLO);
    const work = queue.work({ signal: stop.signal });
    while (clock.waits.length === 0) await new Promise(setImmediate);
    stop.abort();
    await work;
    expect(results).toEqual([]);
    clock.advance(90_000);
    await queue.work({ stopWhenEmpty: true });
    expect({ results, posts: posts() }).toEqual({ results: ['a'], posts: [200] });
    expect(server.requests.length).toBeGreaterThan(2);
  });

  test('of a worker that died are claimed when its lease ends, and it can change nothing any more', async () => {
    const store = newStore();
    await store.enqueue({ customId: 'a', params: '{}', enqueuedAt: 1 });
    const claim = (lease: string, now: number) =>
      store.claim({ lease, limit: 9, now, leaseUntil: now + 100 });
    expect(await claim('one', 0)).toHaveLength(1);
    await store.renew('a', 'one', 150, 'batch');
    expect(await claim('two', 149)).toEqual([]);
    expect(await claim('two', 150)).toMatchObject([{ customId: 'a', attempts: 0, batchId: 'batch' }]);
    await store.complete('a', 'one');
    await store.fail('a', 'one', { attempts: 9, retryAt: undefined, error: 'x' });
    expect(await store.stats()).toEqual({ backlog: 1, deadLetters: 0, oldestAt: 1 });
    await store.complete('a', 'two');
    expect(await store.stats()).toEqual({ backlog: 0, deadLetters: 0 });
  });
});

test('a batch that is gone is sent again', async () => {
  const { server, queue, results, posts, names } = await start();
  server.plan([respond.ok(), respond.error(404)]);
  await queue.enqueue('a', HELLO);
  await queue.work({ stopWhenEmpty: true });
  expect(results).toEqual(['a']);
  expect(posts().length).toBe(2);
  expect(names).toEqual(['deferred', 'defer_sent', 'defer_retry', 'defer_sent']);
});

test.each([
  ['a stream', { ...HELLO, stream: true }, /stream cannot be deferred/],
  ['tools', { ...HELLO, tools: [{ name: 'x' }] }, /`tools` cannot be deferred/],
  ['MCP servers', { ...HELLO, mcp_servers: [{}] }, /`mcp_servers` cannot be deferred/],
  ['no model', { messages: [] }, /params\.model/],
])('%s is a TypeError', async (_, params, message) => {
  const { queue } = await start();
  const error = await rejection(queue.enqueue('a', params));
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toMatch(message);
});

test('an aborted signal defers nothing', async () => {
  const store = memoryDeferStore();
  const { queue } = await start(store);
  await rejection(queue.enqueue('a', HELLO, { signal: AbortSignal.abort() }));
  expect(await store.stats()).toMatchObject({ backlog: 0 });
});

test('wrong options are a TypeError that names the option', async () => {
  const { client } = await setup(() => []);
  const onResult = () => undefined;
  const make =
    (options: object, store: object = memoryDeferStore()) =>
    () =>
      defer(store as DeferStore, { client, onResult, ...options });
  expect(make({ leaseMs: 1 })).toThrow(/`options.leaseMs`/);
  expect(make({ onResult: undefined })).toThrow(/`options.onResult`/);
  expect(make({ pol: 1 })).toThrow(/unknown option `options.pol`/);
  expect(make({}, { enqueue: onResult })).toThrow(/`store.claim`/);
});

test('a full store in memory throws', async () => {
  const { queue } = await start(memoryDeferStore({ maxRequests: 1 }));
  await queue.enqueue('a', HELLO);
  expect((await rejection(queue.enqueue('b', HELLO))).message).toMatch(/full/);
});
