/** The gauges for rules, with the real SDK: what waits is seen while it waits. */
import { describe, expect, test, vi } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

const PHASE = 'anthropic.call.phase';
const KIND = 'anthropic.attempt.kind';

/** The phases in which a call waits. */
async function phases(harness: Harness): Promise<unknown[]> {
  const points = await harness.points('anthropic.client.oldest_call_age');
  return points.map(({ attributes }) => attributes[PHASE]);
}

/** The attempts of the last five minutes, by kind. */
async function recentAttempts(harness: Harness): Promise<Record<string, unknown>> {
  const points = await harness.points('anthropic.client.recent_attempts');
  return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes[KIND]), value]));
}

describe('a call that waits', () => {
  test('for a response is seen, and is gone when it is aborted', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    harness.server.plan([respond.hang()]);
    const controller = new AbortController();
    const call = rejection(harness.client.messages.create(HELLO, { signal: controller.signal }));
    await vi.waitFor(async () => expect(await phases(harness)).toEqual(['first_byte']));
    const [point] = await harness.points('anthropic.client.oldest_call_age');
    expect(point?.attributes).toEqual({ 'gen_ai.request.model': MODEL, [PHASE]: 'first_byte' });
    controller.abort();
    await call;
    expect(await phases(harness)).toEqual([]);
    expect(await recentAttempts(harness)).toEqual({});
    expect(await harness.metric('anthropic.client.recent_calls', { 'anthropic.outcome': 'canceled' })).toBe(
      1,
    );
  });

  test.each([{ version: 'current' }, ...OLDER_SDKS])(
    'for a retry in an hour is seen at once, with its attempt ($version)',
    async (sdk) => {
      const harness = await startHarness({ server: { retryAfterMs: 3_600_000 } });
      harness.server.plan([respond.error(429)]);
      const client = 'Client' in sdk ? newClient(sdk, harness) : harness.client;
      const controller = new AbortController();
      // Some versions sleep on when they are aborted: the test does not wait for them.
      void client.messages.create(HELLO, { signal: controller.signal }).catch(() => {});
      await vi.waitFor(async () => expect(await recentAttempts(harness)).toEqual({ rate_limit: 1 }));
      await vi.waitFor(async () => expect(await phases(harness)).toEqual(['retry_wait']));
      expect(await harness.metric('anthropic.client.attempts')).toBe(0);
      controller.abort();
    },
  );

  test('for the rest of a stream that stalls fails when fetch gives the body up, and counts as broken', async () => {
    const harness = await startHarness();
    await fetch(harness.server.url);
    // The agent of Node's own fetch, with a shorter limit than its 300 s.
    const agent = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as object;
    const Agent = agent.constructor as new (options: object) => never;
    const client = harness.newClient({ fetchOptions: { dispatcher: new Agent({ bodyTimeout: 100 }) } });
    harness.server.plan([respond.hangBody()]);
    await rejection(
      (async () => {
        for await (const _ of await client.messages.create({ ...HELLO, stream: true }));
      })(),
    );
    expect(await recentAttempts(harness)).toEqual({ broken_stream: 1 });
    expect(await harness.metric('anthropic.client.recent_calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(harness.server.requests).toHaveLength(2);
  });

  test('for the rest of a stream is seen as streaming, and a stream without content as waiting for it', async () => {
    const harness = await startHarness();
    const stream = await harness.client.messages.create({ ...HELLO, stream: true });
    expect(await phases(harness)).toEqual(['first_byte']);
    for await (const event of stream) {
      if (event.type === 'content_block_delta') break;
    }
    await vi.waitFor(async () => expect(await phases(harness)).toEqual([]));
    const next = await harness.client.messages.create({ ...HELLO, stream: true });
    const events = next[Symbol.asyncIterator]();
    for (let event = await events.next(); event.value?.type !== 'content_block_delta'; )
      event = await events.next();
    expect(await phases(harness)).toEqual(['streaming']);
    await events.return?.();
  });
});

test('a 401 lasts until a call with a key succeeds', async () => {
  const harness = await startHarness({ client: { maxRetries: 0 } });
  const failing = (): Promise<number> => harness.metric('anthropic.client.authentication_failing');
  harness.server.plan([respond.error(401), respond.error(429)]);
  await rejection(harness.client.messages.create(HELLO));
  expect(await failing()).toBe(1);
  await rejection(harness.client.messages.create(HELLO));
  expect(await failing()).toBe(1);
  await harness.client.messages.create(HELLO);
  expect(await failing()).toBe(0);
});

test('two server errors in a row on a path are a run, whatever their models and clients', async () => {
  const harness = await startHarness({ client: { maxRetries: 0 } });
  harness.server.plan([respond.error(500), respond.error(500)]);
  const ages = async (): Promise<number> =>
    (await harness.allPoints()).get('anthropic.client.server_error_run_age')?.length ?? 0;
  await rejection(harness.client.messages.create(HELLO));
  expect(await ages()).toBe(0);
  await rejection(harness.newClient().messages.create({ ...HELLO, model: 'claude-haiku-5-5' }));
  expect(await ages()).toBe(1);
});
