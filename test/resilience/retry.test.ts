import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { RETRY_RULES, type RetryOptions, retry } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { type Setup, type SetupOptions, setup } from './support/setup.ts';

function withRetry(options: RetryOptions = {}, more: SetupOptions = {}): Promise<Setup> {
  return setup((common) => retry({ ...options, ...common }), more);
}

describe('the sequence of attempts and waits', () => {
  const ok = respond.ok();
  const plain429 = respond.error(429, { retryAfter: null });
  test.each([
    ['429 with retry-after waits as asked', [respond.error(429, { retryAfter: 7 }), ok], [7_000]],
    [
      '429 without it backs off with full jitter',
      [plain429, plain429, plain429, plain429, ok],
      [500, 1_000, 2_000, 4_000],
    ],
    ['500 is retried once after 1 s', [respond.error(500), ok], [1_000]],
    [
      '529 is retried after 5, 15 and 45 s',
      [respond.error(529), respond.error(529), respond.error(529), ok],
      [5_000, 15_000, 45_000],
    ],
    ['504 is retried twice', [respond.error(504), respond.error(504), ok], [500, 1_000]],
    [
      'a reset connection is retried twice',
      [respond.resetConnection(), respond.resetConnection(), ok],
      [500, 1_000],
    ],
    ['retry-after replaces the wait of any kind', [respond.error(529, { retryAfter: 2 }), ok], [2_000]],
    [
      'x-should-retry: true retries what is not retried otherwise',
      [respond.error(409, { shouldRetry: true }), ok],
      [500],
    ],
  ])('%s', async (_, steps, waits) => {
    const { server, client, clock, names } = await withRetry();
    server.plan(steps);
    const message = await client.messages.create(HELLO);
    expect(message.type).toBe('message');
    expect(clock.waits).toEqual(waits);
    expect(server.requests.map(({ retryCount }) => retryCount)).toEqual(steps.map((_step, index) => index));
    expect(names()).toEqual(waits.map(() => 'retry'));
  });

  test.each([
    [429, 5, Anthropic.RateLimitError],
    [500, 2, Anthropic.InternalServerError],
    [529, 4, Anthropic.OverloadedError],
    [504, 3, Anthropic.GatewayTimeoutError],
  ])('%i ends after %i attempts with the error of the SDK', async (status, attempts, type) => {
    const { server, client, names, statuses } = await withRetry();
    server.plan(Array.from({ length: 6 }, () => respond.error(status, { retryAfter: null })));
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(type);
    expect(statuses()).toEqual(Array(attempts).fill(status));
    expect(names().at(-1)).toBe('retries_exhausted');
  });

  test.each([400, 401, 402, 403, 404, 409, 413, 422])('%i is not retried', async (status) => {
    const { server, client, decisions, statuses } = await withRetry();
    server.plan([respond.error(status)]);
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ status });
    expect(statuses()).toEqual([status]);
    expect(decisions).toEqual([]);
  });

  test('a spend limit behind a 429 is not retried', async () => {
    const { server, client, statuses } = await withRetry();
    const message = 'You have reached your specified API usage limits. You will regain access on 2026-12-01.';
    server.plan([respond.error(429, { retryAfter: null, message })]);
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ apiMessage: message });
    expect(statuses()).toEqual([429]);
  });

  test('x-should-retry: false is obeyed', async () => {
    const { server, client, statuses } = await withRetry();
    server.plan([respond.error(529, { shouldRetry: false })]);
    await rejection(client.messages.create(HELLO));
    expect(statuses()).toEqual([529]);
  });

  test('an empty rate limit without retry-after waits for its reset', async () => {
    const { server, client, clock } = await withRetry();
    const headers = {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(clock.now() + 12_000).toISOString(),
    };
    server.plan([respond.error(429, { retryAfter: null, headers })]);
    await client.messages.create(HELLO);
    expect(clock.waits).toEqual([12_000]);
  });

  test('a longer retry-after than is allowed fails at once and reports that', async () => {
    const { server, client, clock, decisions } = await withRetry();
    server.plan([respond.error(429, { retryAfter: 61 })]);
    const error = await rejection(client.messages.create(HELLO));
    const headers = error['headers'] as Headers;
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(headers.get('anthropic-otel-decision')).toBe('retry_after_too_long');
    expect(headers.get('retry-after')).toBe('61');
    expect(clock.waits).toEqual([]);
    expect(decisions).toMatchObject([
      { name: 'retry_after_too_long', status: 429, errorType: 'rate_limit_error' },
    ]);
  });

  test('one kind of failure does not use up the retries of another', async () => {
    const { server, client, clock } = await withRetry();
    server.plan([respond.error(500), respond.error(529), respond.resetConnection(), respond.error(504)]);
    await client.messages.create(HELLO);
    expect(clock.waits).toEqual([1_000, 5_000, 500, 500]);
  });

  test('rules replace the defaults, and their limit holds within its time', async () => {
    const limit = RETRY_RULES.overloaded.limit;
    const rules = { overloaded: { delays: [1_000, 1_000, 1_000, 1_000, 1_000], ...(limit && { limit }) } };
    const { server, client, statuses } = await withRetry({ rules });
    server.plan(Array.from({ length: 6 }, () => respond.error(529)));
    await rejection(client.messages.create(HELLO));
    expect(statuses()).toEqual([529, 529, 529, 529]);
  });
});

describe('the end of retries', () => {
  test('no wait goes past maxElapsed', async () => {
    const { server, client, names, clock } = await withRetry({ maxElapsed: 19_999 });
    server.plan([respond.error(529), respond.error(529), respond.error(529)]);
    await rejection(client.messages.create(HELLO));
    expect(clock.waits).toEqual([5_000]);
    expect(names()).toEqual(['retry', 'deadline_exceeded']);
  });

  test('a body that can be sent only once is not sent twice', async () => {
    const { server, client, statuses } = await withRetry();
    server.plan([respond.error(529)]);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(HELLO)));
        controller.close();
      },
    });
    await rejection(client.post('/v1/messages', { body, headers: { 'content-type': 'application/json' } }));
    expect(statuses()).toEqual([529]);
  });

  test('an error of other middleware is passed on as it is, without a retry', async () => {
    const failure = new Error('not yours');
    const { client, decisions } = await setup((common) => [
      retry(common),
      async () => {
        throw failure;
      },
    ]);
    expect(await rejection(client.messages.create(HELLO))).toBe(failure);
    expect(decisions).toEqual([]);
  });
});

describe('the retry budget', () => {
  test('limits retries to a share of the traffic beyond a reserve', async () => {
    const { server, client, statuses, names } = await withRetry({
      budget: { ratio: 0.1, reserve: 2 },
      rules: {},
    });
    server.faults({ rate: 1, responses: [respond.error(500)] });
    for (let call = 0; call < 40; call++) await rejection(client.messages.create(HELLO));
    const retries = names().filter((name) => name === 'retry').length;
    expect(retries).toBe(40 * 0.1 + 2);
    expect(statuses()).toHaveLength(40 + retries);
    expect(names()).toContain('retry_budget_empty');
  });

  test('an expensive prompt uses more of it', async () => {
    const { server, client, names } = await withRetry({ budget: { ratio: 0, reserve: 4 } });
    const large = { ...HELLO, messages: [{ role: 'user' as const, content: 'word '.repeat(130_000) }] };
    server.plan([respond.error(500)]);
    await client.messages.create(large);
    server.plan([respond.error(500)]);
    await rejection(client.messages.create(large));
    expect(names()).toEqual(['retry', 'retry_budget_empty']);
  });
});

describe('options', () => {
  test.each([
    [{ maxElapsed: -1 }, /`retry.maxElapsed` to be a number of at least 0, got -1/],
    [
      { rules: { overloadd: { delays: [] } } },
      /unknown option `retry.rules.overloadd`; known are rate_limit/,
    ],
    [{ rules: { overloaded: { delays: 5 } } }, /`retry.rules.overloaded.delays` to be an array/],
    [{ budget: { ratio: 2 } }, /`retry.budget.ratio` to be a number from 0 to 1, got 2/],
    [{ maxRetries: 2 }, /unknown option `retry.maxRetries`/],
  ])('%j is an error that states what was expected', (options, message) => {
    expect(() => retry(options as RetryOptions)).toThrow(message);
  });
});
