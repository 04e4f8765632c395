import { getEventListeners } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Middleware, memoryStore, type PolicyOptions, resilience } from '../../src/resilience/index.ts';
import { TurnQueue } from '../../src/resilience/turn-queue.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO } from '../helpers/harness.ts';
import { FakeClock } from './support/fake-clock.ts';
import { passTime, setup } from './support/setup.ts';

const step = fc.oneof(
  fc.constant(respond.ok()),
  fc.constant(respond.hang()),
  fc.constant(respond.resetConnection()),
  fc
    .record({ status: fc.constantFrom(401, 429, 500, 504, 529), retryAfter: fc.constantFrom(null, 1, 20) })
    .map(({ status, retryAfter }) => respond.error(status, { retryAfter })),
);
const call = fc.record({ abortsAt: fc.nat(70_000), stream: fc.boolean() });
const settings = fc.record({
  deadline: fc.constantFrom(undefined, 30_000),
  concurrency: fc.constantFrom(undefined, { limit: 1 }),
  circuitBreaker: fc.constantFrom({}, { size: 2, minimum: 2 }),
  fallback: fc.constantFrom(undefined, { chain: [{ model: 'claude-sonnet-5-5' }] }),
  stale: fc.boolean(),
});

/** Notes what leaves after its call was aborted. */
function watch(signals: readonly AbortSignal[], late: string[]): Middleware {
  return (request, next) => {
    const { metadata } = JSON.parse(String(request.body)) as { metadata: { user_id: string } };
    if (signals[Number(metadata.user_id)]?.aborted) late.push(metadata.user_id);
    return next(request);
  };
}

test('whenever a call is aborted, nothing is sent for it any more, and no timer and no listener is left', async () => {
  const program = fc.record({
    settings,
    plan: fc.array(step, { maxLength: 15 }),
    calls: fc.array(call, { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(program, async ({ settings: { stale, ...options }, plan, calls }) => {
      const controllers = calls.map(() => new AbortController());
      const signals = controllers.map(({ signal }) => signal);
      const late: string[] = [];
      const policies = (common: PolicyOptions) => [
        ...resilience({
          ...options,
          ...(stale && { staleWhileDown: { store: memoryStore() } }),
          attemptTimeout: { ms: 10_000 },
          ...common,
        }),
        watch(signals, late),
      ];
      const { server, client, clock } = await setup(policies, { clock: { automatic: false } });
      server.plan(plan);
      const results = calls.map(async ({ abortsAt, stream }, index) => {
        const controller = controllers[index] as AbortController;
        const startedAt = clock.now();
        const cancel = clock.setTimer(abortsAt, () => controller.abort());
        const body = { ...HELLO, stream, metadata: { user_id: String(index) } };
        try {
          const response = await client.messages.create(body, { signal: controller.signal });
          if (stream) for await (const _ of response as unknown as AsyncIterable<unknown>);
          return 'message';
        } catch (error) {
          // At once, whatever it waits for: the clock moves on in steps of a second.
          if (controller.signal.aborted)
            expect(clock.now() - startedAt - abortsAt).toBeLessThanOrEqual(5_000);
          return error;
        } finally {
          cancel();
        }
      });
      for (const [index, result] of (await passTime(clock, Promise.all(results), 1_000)).entries()) {
        if (result !== 'message') expect(result).toBeInstanceOf(Anthropic.APIError);
        if (signals[index]?.aborted) expect(result).toBeInstanceOf(Anthropic.APIUserAbortError);
      }
      expect(late).toEqual([]);
      expect(clock.pending).toBe(0);
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
      await server.close();
    }),
    { numRuns: 60, seed: 20_261_127 },
  );
});

test.each([
  ['has its turn', 'turn', (queue: TurnQueue) => void queue.grant()],
  ['waits too long', 'timeout', (_: TurnQueue, clock: FakeClock) => clock.advance(1_000)],
  ['is aborted', 'ended', (_: TurnQueue, __: FakeClock, controller: AbortController) => controller.abort()],
] as const)('a call in a queue that %s leaves no timer and no listener', async (_, end, act) => {
  const clock = new FakeClock({ automatic: false });
  const queue = new TurnQueue();
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = queue.wait({ clock, tenant: '', maxWaitMs: 1_000, signal });
  act(queue, clock, controller);
  expect(await waiting).toBe(end);
  expect([queue.size, clock.pending, getEventListeners(signal, 'abort')]).toEqual([0, 0, []]);
});
