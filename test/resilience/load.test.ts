/** Thousands of calls at once, without sockets: what the queues do with them. */
import { expect, test } from 'vitest';
import { type ApiRequest, concurrency, type Middleware, throttle } from '../../src/resilience/index.ts';
import { FakeClock } from './support/fake-clock.ts';

const CALLS = 10_000;

interface Sent {
  readonly call: number;
  readonly at: number;
}

/** Sends many calls at the same time through `middleware`, and moves the clock on until all have ended. */
async function sendAll(
  middleware: Middleware,
  clock: FakeClock,
  respondTo: (call: number) => Response | Promise<Response>,
  tenantOf: (call: number) => string = () => '',
): Promise<{ sent: Sent[]; statuses: number[] }> {
  const sent: Sent[] = [];
  const start = clock.now();
  let open = CALLS;
  const calls = Array.from({ length: CALLS }, async (_, call) => {
    const request: ApiRequest = {
      url: 'http://localhost/v1/messages',
      method: 'POST',
      headers: new Headers({ 'x-api-key': 'key' }),
      body: '{}',
    };
    const body = { model: 'claude-opus-5-5', tenant: tenantOf(call) };
    const next = async (): Promise<Response> => {
      sent.push({ call, at: clock.now() - start });
      return respondTo(call);
    };
    const { status } = await middleware(request, next, { options: { body } });
    open -= 1;
    return status;
  });
  for (let turn = 0; open > 0 && turn < 20_000; turn++) {
    await new Promise(setImmediate);
    clock.advance(4);
  }
  return { sent, statuses: await Promise.all(calls) };
}

/** What a limit has left: responses state it. */
function limited(resetAt: number, remaining: number): Response {
  return new Response('{}', {
    headers: {
      'anthropic-ratelimit-requests-limit': '1000000',
      'anthropic-ratelimit-requests-remaining': String(remaining),
      'anthropic-ratelimit-requests-reset': new Date(resetAt).toISOString(),
    },
  });
}

test('the throttle sends 10,000 calls in their order, spread over the time until the limit resets', async () => {
  const clock = new FakeClock({ automatic: false });
  const policy = throttle({ clock });
  const resetAt = clock.now() + 50_000;
  let left = CALLS;
  await policy(
    { url: 'http://localhost/v1/messages', headers: new Headers({ 'x-api-key': 'key' }), body: '{}' },
    async () => limited(resetAt, left),
    { options: { body: { model: 'claude-opus-5-5' } } },
  );
  const { sent, statuses } = await sendAll(policy, clock, () => {
    left -= 1;
    return limited(resetAt, left);
  });
  expect(sent.map(({ call }) => call)).toEqual(Array.from({ length: CALLS }, (_, call) => call));
  expect(new Set(statuses)).toEqual(new Set([200]));
  // No burst: never more than a tenth in a tenth of the time that it took.
  const last = sent.at(-1)?.at ?? 0;
  for (let part = 0; part < 10; part++) {
    const within = sent.filter(({ at }) => at >= (part * last) / 10 && at < ((part + 1) * last) / 10);
    expect(within.length).toBeLessThan(CALLS / 5);
  }
  expect(clock.pending).toBe(0);
}, 60_000);

test('more calls than may wait fail at once, so that memory is bounded', async () => {
  const clock = new FakeClock({ automatic: false });
  const policy = throttle({ clock, maxQueue: 500, maxWait: 5_000 });
  const denied = new Response('{}', { status: 429, headers: { 'retry-after': '4' } });
  await policy(
    { url: 'http://localhost/v1/messages', headers: new Headers({ 'x-api-key': 'key' }), body: '{}' },
    async () => denied,
    { options: { body: { model: 'claude-opus-5-5' } } },
  );
  const { sent, statuses } = await sendAll(policy, clock, () => new Response('{}'));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(CALLS - 500);
  expect(sent.length).toBeLessThanOrEqual(500);
  expect(clock.pending).toBe(0);
}, 60_000);

test('the concurrency limit holds for 10,000 calls, and tenants of any size take turns', async () => {
  const clock = new FakeClock({ automatic: false });
  let [active, most] = [0, 0];
  const policy = concurrency({
    clock,
    limit: 50,
    maxQueue: CALLS,
    maxWait: 3_600_000,
    tenant: ({ body }) => (body as { tenant: string }).tenant,
  });
  const respondTo = async (): Promise<Response> => {
    active += 1;
    most = Math.max(most, active);
    await new Promise<void>((resolve) => void clock.setTimer(100, resolve));
    active -= 1;
    return new Response('{}');
  };
  // One tenant has nine calls of ten, and is there first.
  const tenantOf = (call: number): string => (call < 9_000 ? 'large' : `small-${call % 10}`);
  const { sent } = await sendAll(policy, clock, respondTo, tenantOf);
  expect([sent.length, most, clock.pending]).toEqual([CALLS, 50, 0]);
  // Eleven tenants take turns: 1,000 calls of the small ones are through after about 1,100 turns.
  const lastSmall = sent.findLastIndex(({ call }) => call >= 9_000);
  expect(lastSmall).toBeLessThan(1_300);
}, 60_000);
