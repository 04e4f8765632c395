import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test, vi } from 'vitest';
import { concurrency, type ThrottleOptions, throttle } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { type Setup, setup } from './support/setup.ts';

const STEP = 100;

/** A throttle, and a middleware behind it that notes when requests are sent. */
interface Watched extends Setup {
  readonly sentAt: number[];
  readonly inFlight: () => number;
}

async function startThrottle(options: Omit<ThrottleOptions, 'onDecision' | 'clock'> = {}): Promise<Watched> {
  const sentAt: number[] = [];
  let inFlight = 0;
  const all = await setup((common) => [
    throttle({ ...options, ...common }),
    async (request, next) => {
      sentAt.push(common.clock?.now() ?? 0);
      inFlight += 1;
      return next(request).finally(() => {
        inFlight -= 1;
      });
    },
  ]);
  return { ...all, sentAt, inFlight: () => inFlight };
}

/** Starts `count` calls, and moves the clock on until all have ended. Gives the times at which requests were sent, in ms. */
async function send({ client, clock, sentAt, inFlight }: Watched, count: number): Promise<number[]> {
  const start = clock.now();
  const before = sentAt.length;
  let open = count;
  const calls = Array.from({ length: count }, () => client.messages.create(HELLO).finally(() => open--));
  while (open > 0) {
    do await new Promise((resolve) => setTimeout(resolve, 2));
    while (inFlight() > 0);
    clock.advance(STEP);
  }
  await Promise.all(calls);
  return sentAt.slice(before).map((at) => at - start);
}

function limits(clock: Setup['clock'], remaining: number, resetMs: number): Record<string, string> {
  return {
    'anthropic-ratelimit-requests-limit': '100',
    'anthropic-ratelimit-requests-remaining': String(remaining),
    'anthropic-ratelimit-requests-reset': new Date(clock.now() + resetMs).toISOString(),
  };
}

describe('throttle', () => {
  test('sends at once while a limit has room', async () => {
    const all = await startThrottle();
    await send(all, 1);
    expect(await send(all, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(all.names()).toEqual([]);
  });

  test('below 10 % of a limit, spreads calls until it resets', async () => {
    const all = await startThrottle();
    const headers = limits(all.clock, 4, 10_000);
    all.server.plan(Array.from({ length: 6 }, () => respond.ok({ headers })));
    await send(all, 1);
    const sent = await send(all, 4);
    for (let index = 1; index < sent.length; index++) {
      expect((sent[index] ?? 0) - (sent[index - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
    expect(sent.at(-1)).toBeLessThanOrEqual(10_000 + STEP);
    expect(new Set(all.names())).toEqual(new Set(['throttled']));
  });

  test('after a 429 no call is sent until the time that the API states, and then at a rising pace', async () => {
    const all = await startThrottle();
    all.server.plan([respond.error(429, { retryAfter: 5 })]);
    await rejection(all.client.messages.create(HELLO));
    const sent = await send(all, 6);
    expect(sent[0]).toBeGreaterThanOrEqual(5_000);
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
    expect(gaps[0]).toBeGreaterThan(300);
    expect(gaps.at(-1)).toBeLessThan(gaps[0] ?? 0);
  });

  test('holds for one key and model class', async () => {
    const all = await startThrottle();
    all.server.plan([respond.error(429, { retryAfter: 30 })]);
    await rejection(all.client.messages.create(HELLO));
    await all.client.messages.create({ ...HELLO, model: 'claude-haiku-4-5' });
    await all.newClient({ apiKey: 'another-key' }).messages.create(HELLO);
    expect(all.names()).toEqual([]);
  });

  test('a call that would wait too long fails at once with the error class of the SDK', async () => {
    const all = await startThrottle({ maxWait: 2_000 });
    all.server.plan([respond.error(429, { retryAfter: 30 })]);
    await rejection(all.client.messages.create(HELLO));
    const error = await rejection(all.client.messages.create(HELLO));
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({ errorCode: 'queue_timeout' });
    expect(all.server.requests).toHaveLength(1);
  });

  test('an abort ends the wait, and the next one takes the turn', async () => {
    const all = await startThrottle();
    all.server.plan([respond.error(429, { retryAfter: 3 })]);
    await rejection(all.client.messages.create(HELLO));
    const controller = new AbortController();
    const aborted = rejection(all.client.messages.create(HELLO, { signal: controller.signal }));
    const next = all.client.messages.create(HELLO);
    await vi.waitUntil(() => all.clock.pending > 1, { timeout: 10_000 });
    controller.abort();
    expect(await aborted).toBeInstanceOf(Anthropic.APIUserAbortError);
    all.clock.advance(3_000);
    expect((await next).type).toBe('message');
  });

  test('headers that mean nothing slow no call down', async () => {
    const all = await startThrottle();
    all.server.plan([respond.malformedHeaders()]);
    await send(all, 1);
    expect(await send(all, 3)).toEqual([0, 0, 0]);
  });
});

describe('concurrency', () => {
  const slow = (count: number, ms = 30) => Array.from({ length: count }, () => respond.ok({ delayMs: ms }));

  test('holds back what is above the limit', async () => {
    const { server, client, names } = await setup((common) => concurrency({ limit: 2, ...common }));
    server.plan(slow(6));
    const calls = Array.from({ length: 6 }, () => client.messages.create(HELLO));
    await server.waitForRequests(2);
    expect(server.requests).toHaveLength(2);
    await Promise.all(calls);
    expect(server.requests).toHaveLength(6);
    expect(names()).toEqual(Array(4).fill('queued'));
  });

  test('tenants take turns, whatever each of them sends', async () => {
    const { server, client } = await setup((common) =>
      concurrency({
        limit: 1,
        tenant: ({ body }) => (body as typeof HELLO).metadata?.user_id ?? '',
        ...common,
      }),
    );
    server.plan(slow(7, 5));
    const call = (tenant: string) => client.messages.create({ ...HELLO, metadata: { user_id: tenant } });
    const calls = ['loud', 'loud', 'loud', 'loud', 'quiet', 'shy', 'quiet'].map(call);
    await Promise.all(calls);
    const order = server.requests.map(({ body }) => (body as typeof HELLO).metadata?.user_id);
    expect(order).toEqual(['loud', 'loud', 'quiet', 'shy', 'loud', 'quiet', 'loud']);
  });

  test('a full queue and a long wait fail with the error class of the SDK', async () => {
    const { server, client, clock } = await setup((common) =>
      concurrency({ limit: 1, maxQueue: 1, maxWait: 5_000, ...common }),
    );
    server.plan([respond.hang()]);
    const controller = new AbortController();
    const first = rejection(client.messages.create(HELLO, { signal: controller.signal }));
    await server.waitForRequests(1);
    const second = rejection(client.messages.create(HELLO));
    await vi.waitUntil(() => clock.pending > 0, { timeout: 10_000 });
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({
      status: 429,
      errorCode: 'queue_full',
    });
    clock.advance(5_000);
    expect(await second).toMatchObject({ status: 429, errorCode: 'queue_timeout' });
    controller.abort();
    await first;
    expect((await client.messages.create(HELLO)).type).toBe('message');
  });

  test.each([
    [
      'read to its end',
      async (stream: AsyncIterable<unknown>) => {
        for await (const _ of stream);
      },
    ],
    [
      'left',
      async (stream: AsyncIterable<unknown>) => {
        for await (const _ of stream) break;
      },
    ],
  ])('a stream is in progress until it is %s', async (_, read) => {
    const { server, client } = await setup((common) => concurrency({ limit: 1, ...common }));
    const stream = await client.messages.create({ ...HELLO, stream: true });
    const next = client.messages.create(HELLO);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.requests).toHaveLength(1);
    await read(stream);
    expect((await next).type).toBe('message');
  });

  test('a stream that breaks gives its place back', async () => {
    const { server, client } = await setup((common) => concurrency({ limit: 1, ...common }));
    server.plan([respond.resetStream(2)]);
    const stream = await client.messages.create({ ...HELLO, stream: true });
    await rejection(
      (async () => {
        for await (const _ of stream);
      })(),
    );
    expect((await client.messages.create(HELLO)).type).toBe('message');
  });
});
