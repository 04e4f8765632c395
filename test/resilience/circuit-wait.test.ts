import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import {
  circuitBreaker,
  deadline,
  fallback,
  type PolicyOptions,
  type RetryOptions,
  retry,
} from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL, rejection } from '../helpers/harness.ts';
import { passTime, type Setup, setup } from './support/setup.ts';

const CIRCUIT = { size: 4, minimum: 4, openMs: 5_000, maxOpenMs: 10_000 };
const RULES = { overloaded: { delays: [] } };
const SONNET = 'claude-sonnet-5-5';

const policies = (options: RetryOptions) => (common: PolicyOptions) => [
  retry({ rules: RULES, ...options, ...common }),
  circuitBreaker({ ...CIRCUIT, ...common }),
];

/** An API that fails until `recoversInMs`, and a client whose circuit has opened because of it. */
async function openCircuit(
  create: Parameters<typeof setup>[0],
  recoversInMs: number,
): Promise<Setup & { recover: Promise<void> }> {
  const all = await setup(create, { clock: { automatic: false } });
  all.server.faults({ rate: 1, model: MODEL, responses: [respond.error(529)] });
  for (let call = 0; call < 4; call++)
    await passTime(
      all.clock,
      all.client.messages.create(HELLO).catch(() => {}),
    );
  const recover = new Promise<void>((resolve) => {
    all.clock.setTimer(recoversInMs, () => {
      all.server.faults({ rate: 0, responses: [] });
      resolve();
    });
  });
  return { ...all, recover };
}

describe('while its circuit is open, a call', () => {
  test('waits for the circuit to close, and is then sent once', async () => {
    const { client, clock, names, server } = await openCircuit(policies({}), 0);
    expect((await passTime(clock, client.messages.create(HELLO))).type).toBe('message');
    expect(server.sent.attempts).toBe(5);
    expect(names().slice(-4)).toEqual([
      'circuit_rejected',
      'circuit_waited',
      'circuit_probe',
      'circuit_closed',
    ]);
  });

  test('waits with the others: one of them is sent as a probe at a time, and all of them once it has closed', async () => {
    const { client, clock, server, names } = await openCircuit(policies({}), 22_000);
    const calls = Array.from({ length: 50 }, () => client.messages.create(HELLO).then(({ type }) => type));
    const results = await passTime(clock, Promise.allSettled(calls));
    const failed = results.filter(({ status }) => status === 'rejected').length;
    const probes = names().filter((name) => name === 'circuit_probe').length;
    // Each failed probe fails its call, which has no retries here.
    expect(failed).toBe(probes - 1);
    expect(server.sent.attempts).toBe(4 + 50);
  });

  test.each([
    ['maxCircuitWait', { maxCircuitWait: 7_000 }, 7_000],
    ['maxElapsed', { maxElapsed: 8_000 }, 8_000],
  ])('fails after %s, without a request', async (_, options, ms) => {
    const { client, clock, names, server } = await openCircuit(policies(options), 3_600_000);
    const probe = client.messages.create(HELLO).catch(() => {});
    const startedAt = clock.now();
    const error = await rejection(passTime(clock, client.messages.create(HELLO)));
    expect(error).toMatchObject({ status: 529, errorCode: 'circuit_rejected' });
    expect(clock.now() - startedAt).toBe(ms);
    expect(names()).toContain('queue_timeout');
    expect(server.sent.attempts).toBeLessThanOrEqual(5);
    await passTime(clock, probe);
  });

  test('fails at once where it may not wait', async () => {
    const { client, clock, names } = await openCircuit(policies({ maxCircuitWait: 0 }), 3_600_000);
    const before = clock.now();
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'circuit_rejected' });
    expect(clock.now()).toBe(before);
    expect(names().at(-1)).toBe('circuit_rejected');
  });

  test('falls back at once where it can, and waits for the last of its chain', async () => {
    const { client, clock, names, server } = await openCircuit(
      (common) => [fallback({ chain: [{ model: SONNET }], ...common }), ...policies({})(common)],
      0,
    );
    const before = clock.now();
    const message = await client.messages.create(HELLO);
    expect([message.model, clock.now() - before]).toEqual([SONNET, 0]);
    server.faults({ rate: 1, responses: [respond.error(529)] });
    // Three of the last four: the earlier ones succeeded.
    for (let call = 0; call < 3; call++) await rejection(client.messages.create(HELLO));
    expect(names().filter((name) => name === 'circuit_opened')).toHaveLength(2);
    server.faults({ rate: 0, responses: [] });
    expect((await passTime(clock, client.messages.create(HELLO))).type).toBe('message');
    expect(names()).not.toContain('queue_timeout');
  });

  test('leaves the line when the application aborts it', async () => {
    const { client, clock, server } = await openCircuit(policies({}), 3_600_000);
    const controller = new AbortController();
    const aborted = rejection(client.messages.create(HELLO, { signal: controller.signal }));
    await expect.poll(() => clock.pending).toBeGreaterThan(1);
    controller.abort();
    expect(await aborted).toBeInstanceOf(Anthropic.APIUserAbortError);
    clock.advance(3_600_000);
    expect([server.sent.attempts, clock.pending]).toEqual([4, 0]);
  });

  test('does not wait for a probe that comes after its deadline', async () => {
    const { client, clock, server } = await openCircuit(
      (common) => [deadline({ ms: 3_000, ...common }), ...policies({})(common)],
      3_600_000,
    );
    const before = clock.now();
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'circuit_rejected' });
    expect([clock.now() - before, server.sent.attempts]).toEqual([0, 4]);
  });
});
