import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { attemptTimeout, deadline, failFast, retry, sizeGuard } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { setup } from './support/setup.ts';

describe('fail fast', () => {
  test('after a 401 the calls of that key fail without a request, but for one probe per interval', async () => {
    const { server, client, clock, names, statuses } = await setup((common) => failFast(common), {
      server: { apiKeys: ['new-key'] },
    });
    for (let call = 0; call < 5; call++) {
      const error = await rejection(client.messages.create(HELLO));
      expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    }
    expect(statuses()).toEqual([401]);
    clock.advance(10_000);
    await rejection(client.messages.create(HELLO));
    await rejection(client.messages.create(HELLO));
    expect(statuses()).toEqual([401, 401]);
    server.apiKeys = undefined;
    clock.advance(10_000);
    await client.messages.create(HELLO);
    await client.messages.create(HELLO);
    expect(statuses()).toEqual([401, 401, 200, 200]);
    expect(names()).toEqual([
      'key_blocked',
      ...Array(4).fill('key_rejected'),
      'key_probe',
      'key_rejected',
      'key_probe',
      'key_accepted',
    ]);
  });

  test('states why, and when the next call is sent', async () => {
    const { client } = await setup((common) => failFast(common), { server: { apiKeys: [] } });
    await rejection(client.messages.create(HELLO));
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({
      status: 401,
      type: 'authentication_error',
      errorCode: 'key_rejected',
      apiMessage: 'The API rejects the key, so this call was not sent. The next one is sent in 10 s.',
    });
  });

  test('a rotated key works at once', async () => {
    const { newClient, client, statuses } = await setup((common) => failFast(common), {
      server: { apiKeys: ['new-key'] },
    });
    await rejection(client.messages.create(HELLO));
    await newClient({ apiKey: 'new-key' }).messages.create(HELLO);
    expect(statuses()).toEqual([401, 200]);
  });

  test.each([
    [402, undefined],
    [400, 'Your credit balance is too low to access the Anthropic API.'],
    [429, 'You have reached your specified API usage limits. You will regain access on 2026-12-01.'],
  ])('a spend limit that the API reports with %i blocks, too', async (status, message) => {
    const { server, client, statuses } = await setup((common) => failFast(common));
    server.plan([respond.error(status, { ...(message && { message }), retryAfter: null })]);
    await rejection(client.messages.create(HELLO));
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({
      status,
      errorCode: 'key_rejected',
    });
    expect(statuses()).toEqual([status]);
  });

  test.each([400, 403, 404, 429, 500, 529])('%i blocks nothing', async (status) => {
    const { server, client, names } = await setup((common) => failFast(common));
    server.plan([respond.error(status)]);
    await rejection(client.messages.create(HELLO));
    await client.messages.create(HELLO);
    expect(names()).toEqual([]);
  });
});

describe('size guard', () => {
  test.each([
    ['messages', (client: Anthropic) => client.messages.create(withText('x'.repeat(2_000)))],
    ['token counting', (client: Anthropic) => client.messages.countTokens(withText('x'.repeat(2_000)))],
    // Two bytes each: the guard counts bytes, not characters.
    ['text outside of ASCII', (client: Anthropic) => client.messages.create(withText('é'.repeat(600)))],
    [
      'batches',
      (client: Anthropic) =>
        client.messages.batches.create({
          requests: [{ custom_id: 'a', params: withText('x'.repeat(2_000)) }],
        }),
    ],
    ['files', (client: Anthropic) => client.files.upload({ file: new File(['x'.repeat(2_000)], 'a.txt') })],
  ])('too large a body of %s is not sent', async (_, send) => {
    const { server, client, decisions } = await setup((common) =>
      sizeGuard({ ...common, messages: 1_000, batches: 1_000, files: 1_000 }),
    );
    const error = await rejection(send(client));
    expect(error).toBeInstanceOf(Anthropic.ContentTooLargeError);
    expect(error).toMatchObject({ type: 'request_too_large', errorCode: 'too_large' });
    expect(server.requests).toEqual([]);
    expect(decisions).toMatchObject([{ name: 'too_large' }]);
  });

  test('the defaults are the limits of the API', async () => {
    const { server, client } = await setup((common) => sizeGuard(common));
    const fits = 32 * 1024 * 1024 - JSON.stringify(withText('')).length;
    expect(await rejection(client.messages.create(withText('x'.repeat(fits + 1))))).toMatchObject({
      status: 413,
    });
    expect(server.requests).toEqual([]);
    await client.messages.create(withText('x'.repeat(fits))).catch(() => {});
    expect(server.requests).toHaveLength(1);
  });
});

describe('time limits', () => {
  test('an attempt without a response is ended and retried, and the retry works', async () => {
    const { server, client, clock, names } = await setup((common) => [
      retry(common),
      attemptTimeout({ ms: 30_000, ...common }),
    ]);
    server.plan([respond.hang()]);
    const call = client.messages.create(HELLO);
    await server.waitForRequests(1);
    clock.advance(30_000);
    expect((await call).type).toBe('message');
    expect(names()).toEqual(['retry']);
  });

  test("the SDK's own timeout does not end the retries", async () => {
    const { server, client, clock } = await setup((common) => retry(common), { client: { timeout: 50 } });
    server.plan([respond.hang(), respond.hang()]);
    const call = client.messages.create(HELLO);
    await server.waitForRequests(2);
    clock.advance(50);
    expect((await call).type).toBe('message');
    expect(server.sent.attempts).toBe(3);
  });

  test('the deadline ends attempts and waits', async () => {
    const { server, client, clock, names } = await setup((common) => [
      deadline({ ms: 12_000, ...common }),
      retry(common),
    ]);
    server.plan([respond.error(529), respond.hang()]);
    const call = rejection(client.messages.create(HELLO));
    await server.waitForRequests(2);
    clock.advance(7_000);
    expect(await call).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
    expect(names()).toEqual(['retry', 'deadline_exceeded']);
  });

  test('no wait is begun that would pass the deadline', async () => {
    const { server, client, clock, names } = await setup((common) => [
      deadline({ ms: 4_000, ...common }),
      retry(common),
    ]);
    server.plan([respond.error(529)]);
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.OverloadedError);
    expect(clock.waits).toEqual([]);
    expect(names()).toEqual(['deadline_exceeded']);
  });

  test('a stream that has begun may take longer than attempt and deadline', async () => {
    const { client, clock } = await setup((common) => [
      deadline({ ms: 1_000, ...common }),
      attemptTimeout({ ms: 1_000, ...common }),
    ]);
    const stream = await client.messages.create({ ...HELLO, stream: true });
    clock.advance(5_000);
    let events = 0;
    for await (const _ of stream) events += 1;
    expect(events).toBeGreaterThan(3);
  });

  test('a stream that the application leaves closes its connection', async () => {
    const { server, client } = await setup((common) => [
      retry(common),
      attemptTimeout({ ms: 60_000, ...common }),
    ]);
    server.plan([respond.error(500), respond.ok({ eventDelayMs: 5, deltas: 500 })]);
    const stream = await client.messages.create({ ...HELLO, stream: true });
    for await (const _ of stream) break;
    await server.idle();
    expect(server.sent.closedByClient).toBe(1);
  });
});

function withText(content: string): typeof HELLO {
  return { ...HELLO, messages: [{ role: 'user', content }] };
}
