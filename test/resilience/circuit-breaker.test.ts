import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { circuitBreaker } from '../../src/resilience/index.ts';
import { type AnthropicServer, respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { type Setup, setup } from './support/setup.ts';

const SMALL = { size: 4, minimum: 4, openMs: 5_000, maxOpenMs: 20_000 };

function start(): Promise<Setup> {
  return setup((common) => circuitBreaker({ ...common, ...SMALL }));
}

async function fail({ server, client }: Setup, times: number, status = 529): Promise<void> {
  server.plan(Array.from({ length: times }, () => respond.error(status)));
  for (let call = 0; call < times; call++) await rejection(client.messages.create(HELLO));
}

describe('the circuit', () => {
  test.each([500, 502, 503, 504, 529])(
    'opens after repeated %i, and closes when a probe succeeds',
    async (status) => {
      const all = await start();
      const { client, clock, names, statuses } = all;
      await fail(all, 4, status);
      expect(await rejection(client.messages.create(HELLO))).toMatchObject({
        status,
        errorCode: 'circuit_rejected',
      });
      expect(statuses()).toHaveLength(4);
      clock.advance(5_000);
      await client.messages.create(HELLO);
      await client.messages.create(HELLO);
      expect(statuses()).toHaveLength(6);
      expect(names()).toEqual(['circuit_opened', 'circuit_rejected', 'circuit_probe', 'circuit_closed']);
    },
  );

  test('opens after connection errors, with a 503 of its own', async () => {
    const { server, client } = await start();
    server.plan(Array.from({ length: 4 }, () => respond.resetConnection()));
    for (let call = 0; call < 4; call++) {
      expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.APIConnectionError);
    }
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.ServiceUnavailableError);
  });

  test.each([400, 401, 403, 404, 413, 422, 429])(
    "never opens because of the caller's own %i",
    async (status) => {
      const all = await start();
      await fail(all, 12, status);
      await all.client.messages.create(HELLO);
      expect(all.names()).toEqual([]);
    },
  );

  test('stays open twice as long after each failed probe, up to a limit', async () => {
    const all = await start();
    const { client, clock, decisions } = all;
    await fail(all, 4);
    for (let probe = 0; probe < 4; probe++) {
      clock.advance(60_000);
      await fail(all, 1);
    }
    const waits = [];
    for (const { name, message } of decisions) {
      if (name === 'circuit_opened') waits.push(Number(/in (\d+) s/.exec(message)?.[1]));
    }
    expect(waits).toEqual([5, 10, 20, 20, 20]);
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'circuit_rejected' });
  });

  test('sends one probe at a time', async () => {
    const all = await start();
    const { server, client, clock, names } = all;
    await fail(all, 4);
    clock.advance(5_000);
    server.plan([respond.ok({ delayMs: 50 })]);
    const probe = client.messages.create(HELLO);
    await server.waitForRequests(5);
    for (let call = 0; call < 3; call++) await rejection(client.messages.create(HELLO));
    await probe;
    expect(server.sent.attempts).toBe(5);
    expect(names().filter((name) => name === 'circuit_probe')).toHaveLength(1);
  });

  test('a probe that shows nothing of the health of the API is followed by another one', async () => {
    const all = await start();
    await fail(all, 4);
    all.clock.advance(5_000);
    await fail(all, 1, 400);
    await all.client.messages.create(HELLO);
    expect(all.names()).toEqual(['circuit_opened', 'circuit_probe', 'circuit_probe', 'circuit_closed']);
  });

  test('is one for each model and path', async () => {
    const all = await start();
    await fail(all, 4);
    await all.client.messages.create({ ...HELLO, model: 'claude-haiku-4-5' });
    await all.client.messages.countTokens({ model: HELLO.model, messages: HELLO.messages });
    expect(await rejection(all.client.messages.create(HELLO))).toMatchObject({
      errorCode: 'circuit_rejected',
    });
  });

  test('forgets failures from before a long pause', async () => {
    const all = await start();
    await fail(all, 3);
    all.clock.advance(61_000);
    await fail(all, 3);
    expect(all.names()).toEqual([]);
  });

  test('is not closed by responses to requests from before it opened', async () => {
    const all = await start();
    const { server, client } = all;
    server.plan([respond.ok({ delayMs: 100 })]);
    const slow = client.messages.create(HELLO);
    await server.waitForRequests(1);
    await fail(all, 4);
    await slow;
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'circuit_rejected' });
  });

  test('is not opened again by late failures of requests from before it opened', async () => {
    const all = await start();
    const { server, client, names } = all;
    server.plan([respond.error(529, { delayMs: 100 })]);
    const slow = rejection(client.messages.create(HELLO));
    await server.waitForRequests(1);
    await fail(all, 4);
    await slow;
    expect(names()).toEqual(['circuit_opened']);
  });

  test('at most one request in ten calls goes into an open circuit', async () => {
    const all = await start();
    const { server, client, clock } = all;
    server.faults({ rate: 1, responses: [respond.error(529)] });
    await fail(all, 4);
    const before: AnthropicServer['sent'] = server.sent;
    for (let call = 0; call < 600; call++) {
      clock.advance(100);
      await rejection(client.messages.create(HELLO));
    }
    expect(server.sent.attempts - before.attempts).toBeLessThanOrEqual(60);
  });
});

test('the SDK does not retry a rejection of the circuit', async () => {
  const all = await start();
  await fail(all, 4);
  const client = all.newClient({ maxRetries: 2 });
  expect(await rejection(client.messages.create(HELLO))).toMatchObject({ errorCode: 'circuit_rejected' });
  expect(all.names()).toEqual(['circuit_opened', 'circuit_rejected']);
});
