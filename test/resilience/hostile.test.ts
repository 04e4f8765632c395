/** An API, a clock and stores that do what they should not. */
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  circuitBreaker,
  failFast,
  resilience,
  type StaleStore,
  staleWhileDown,
  throttle,
} from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { passTime, setup } from './support/setup.ts';

const number = fc.oneof(
  fc.constantFrom('NaN', '-5', '1e9', '1e400', '0', '', 'soon', '99999999999999999999', '0x10', '1,5'),
  fc.double().map(String),
  fc.string(),
);
const date = fc.oneof(
  fc.date({ noInvalidDate: true }).map((each) => each.toISOString()),
  fc.constantFrom(
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    '+275760-09-13T00:00:00Z',
  ),
);
const printable = (value: string): string => value.replace(/[^\x20-\x7e]/g, '?').trim();
const headers = fc
  .record(
    {
      'retry-after': fc.oneof(number, date),
      'retry-after-ms': number,
      'anthropic-ratelimit-requests-limit': number,
      'anthropic-ratelimit-requests-remaining': number,
      'anthropic-ratelimit-requests-reset': fc.oneof(number, date),
      'anthropic-ratelimit-input-tokens-remaining': fc.constantFrom('0', '-1', 'NaN'),
      'anthropic-ratelimit-input-tokens-limit': number,
      'anthropic-ratelimit-input-tokens-reset': date,
      'x-should-retry': fc.constantFrom('true', 'false', 'perhaps'),
    },
    { requiredKeys: [] },
  )
  .map((all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, printable(value)])));
const responses = fc.array(
  fc
    .record({ status: fc.constantFrom(200, 400, 429, 500, 529), headers })
    .map((each) =>
      each.status === 200
        ? respond.ok({ headers: each.headers })
        : respond.error(each.status, { retryAfter: null, headers: each.headers }),
    ),
  { minLength: 1, maxLength: 8 },
);

test('whatever the API states in its headers, a call ends in its time, and five minutes later the next one is sent', async () => {
  await fc.assert(
    fc.asyncProperty(responses, async (plan) => {
      const { server, client, clock } = await setup((common) => resilience(common), {
        clock: { automatic: false },
      });
      server.plan(plan);
      for (let call = 0; call < 3; call++) {
        const startedAt = clock.now();
        const result = await passTime(
          clock,
          client.messages.create(HELLO).catch((error: unknown) => error),
          1_000,
        );
        if (!(result instanceof Error)) expect(result).toMatchObject({ type: 'message' });
        else expect(result).toBeInstanceOf(Anthropic.APIError);
        // The longest way: retries until 120 s, and each attempt behind a wait of at most 60 s.
        expect(clock.now() - startedAt).toBeLessThanOrEqual(190_000);
      }
      expect(clock.pending).toBe(0);
      server.reset();
      clock.advance(301_000);
      expect(await passTime(clock, client.messages.create(HELLO), 1_000)).toMatchObject({ type: 'message' });
      await server.close();
    }),
    { numRuns: 60, seed: 20_261_127 },
  );
});

test('a wait that is longer than a call may take is not begun', async () => {
  const { server, client, clock } = await setup((common) => throttle({ maxWait: 10_000, ...common }));
  server.plan([respond.error(429, { retryAfter: 11 })]);
  await rejection(client.messages.create(HELLO));
  const before = clock.now();
  expect(await rejection(client.messages.create(HELLO))).toMatchObject({
    status: 429,
    errorCode: 'queue_timeout',
  });
  expect(clock.now()).toBe(before);
});

test('a limit that resets in thousands of years holds calls back for five minutes', async () => {
  const { server, client, clock } = await setup((common) => throttle(common), {
    clock: { automatic: false },
  });
  const headers = {
    'anthropic-ratelimit-requests-limit': '100',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '9999-12-31T23:59:59Z',
  };
  server.plan([respond.ok({ headers })]);
  await client.messages.create(HELLO);
  expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'queue_timeout' });
  clock.advance(300_000);
  expect(await client.messages.create(HELLO)).toMatchObject({ type: 'message' });
});

describe('a clock that is set back by a day delays no call', () => {
  const DAY = 86_400_000;
  test.each([
    ['an open circuit', () => [respond.error(529), respond.error(529)]],
    ['a blocked key', () => [respond.error(401)]],
    ['a pause after a 429', () => [respond.error(429, { retryAfter: 30 })]],
  ])('behind %s', async (_, plan) => {
    const { server, client, clock } = await setup(
      (common) => [failFast(common), throttle(common), circuitBreaker({ size: 2, minimum: 2, ...common })],
      { clock: { automatic: false } },
    );
    const steps = plan();
    server.plan(steps);
    for (const _step of steps) await rejection(client.messages.create(HELLO));
    clock.jump(-DAY);
    expect(await passTime(clock, client.messages.create(HELLO))).toMatchObject({ type: 'message' });
    expect(server.sent.attempts).toBe(steps.length + 1);
  });

  test('whenever it jumps, the next call is sent within a minute', async () => {
    const jumps = fc.array(
      fc.record({ ms: fc.integer({ min: -DAY, max: DAY }), status: fc.constantFrom(401, 429, 500, 529) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(jumps, async (steps) => {
        const { server, client, clock } = await setup((common) => resilience({ retry: false, ...common }), {
          clock: { automatic: false },
        });
        for (const { ms, status } of steps) {
          server.plan([respond.error(status, { retryAfter: 40 })]);
          await passTime(
            clock,
            client.messages.create(HELLO).catch(() => {}),
          );
          clock.jump(ms);
        }
        server.reset();
        clock.advance(60_000);
        expect(await passTime(clock, client.messages.create(HELLO))).toMatchObject({ type: 'message' });
        await server.close();
      }),
      { numRuns: 40, seed: 20_261_127 },
    );
  });
});

describe('a store that does not work costs no call', () => {
  const never = () => new Promise<never>(() => {});
  const refuse = () => Promise.reject(new Error('no store'));
  const explode = () => {
    throw new Error('no store');
  };
  const garbage = fc.oneof(
    fc.anything(),
    fc.record({ body: fc.anything(), storedAt: fc.anything() }),
    fc.record({ body: fc.json(), storedAt: fc.oneof(fc.double(), fc.constant(Date.UTC(2026, 10, 26))) }),
  );

  test.each<[string, StaleStore]>([
    ['hangs', { get: never, set: never }],
    ['rejects', { get: refuse, set: refuse }],
    ['throws', { get: explode, set: explode }],
  ])('one that %s', async (_, store) => {
    const { server, client, clock } = await setup((common) => staleWhileDown({ store, ...common }));
    expect((await client.messages.create(HELLO)).type).toBe('message');
    server.plan([respond.error(529)]);
    expect(await rejection(passTime(clock, client.messages.create(HELLO)))).toBeInstanceOf(
      Anthropic.OverloadedError,
    );
    expect(clock.pending).toBe(0);
  });

  test('one that gives garbage: the call fails with the error of the API', async () => {
    let given: unknown;
    const { server, client } = await setup((common) =>
      staleWhileDown({ store: { get: () => given as never, set: () => undefined }, ...common }),
    );
    server.faults({ rate: 1, responses: [respond.error(529)] });
    await fc.assert(
      fc.asyncProperty(garbage, async (each) => {
        given = each;
        expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.OverloadedError);
      }),
      { numRuns: 200, seed: 20_261_127 },
    );
  });

  test('an abort ends the wait for a store that hangs', async () => {
    const { server, client, clock } = await setup((common) =>
      staleWhileDown({ store: { get: never, set: never }, ...common }),
    );
    server.plan([respond.error(529)]);
    const controller = new AbortController();
    const call = rejection(client.messages.create(HELLO, { signal: controller.signal }));
    await expect.poll(() => clock.pending).toBe(1);
    controller.abort();
    expect(await call).toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(clock.pending).toBe(0);
  });
});
