/** Responses whose body the SDK cannot read or discard. It then throws, and does not retry. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { collect, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, SDKS } from '../helpers/sdks.ts';

type Make = (init: ResponseInit) => Promise<Response>;

function streaming(source: UnderlyingSource): Make {
  return async (init) => new Response(new ReadableStream(source), init);
}

const good: Make = async (init) => new Response('{}', init);

const RESPONSES: Readonly<Record<string, Make>> = {
  good,
  broken: streaming({ start: (controller) => controller.error(new TypeError('terminated')) }),
  'that fails to close': streaming({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
    pull: (controller) => controller.error(new TypeError('terminated')),
    cancel: () => Promise.reject(new TypeError('terminated')),
  }),
  'that has another reader': async (init) => {
    const response = await good(init);
    response.body?.getReader();
    return response;
  },
  'that was read': async (init) => {
    const response = await good(init);
    await response.text();
    return response;
  },
};

describe.each(SDKS)('SDK $version', (sdk) => {
  test.each(
    Object.keys(RESPONSES).flatMap((body) =>
      [200, 529].flatMap((status) =>
        [0, 2].flatMap((before) => [false, true].map((stream) => ({ body, status, before, stream }))),
      ),
    ),
  )(
    'a call is recorded as soon as it ends: $status, a body $body after $before good ones, stream $stream',
    async ({ body, status, before, stream }) => {
      const harness = await startHarness();
      const headers = { 'retry-after-ms': '1', 'content-type': 'application/json' };
      let sent = 0;
      const fetch = async (): Promise<Response> => {
        sent++;
        if (sent <= before) return good({ status: 529, headers });
        return sent === before + 1 ? (RESPONSES[body] ?? good)({ status, headers }) : good({ headers });
      };
      const client = newClient(sdk, harness, { fetch, maxRetries: 3 });
      const outcome = await client.messages
        .create({ ...HELLO, stream })
        .then((value) => (Symbol.asyncIterator in value ? collect(value) : undefined))
        .then(
          () => (stream ? 'error' : 'ok'),
          () => 'error',
        );
      expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': outcome })).toBe(1);
      expect(await harness.metric('anthropic.client.calls')).toBe(1);
      expect(await harness.metric('anthropic.client.attempts')).toBe(sent);
    },
  );

  test('a retry that a body delays belongs to its call', async () => {
    const harness = await startHarness();
    const slow = streaming({ cancel: () => wait(800) });
    let sent = 0;
    const fetch = async (): Promise<Response> => {
      sent++;
      return sent === 1
        ? slow({ status: 529, headers: { 'retry-after-ms': '1' } })
        : good({ headers: { 'content-type': 'application/json' } });
    };
    await newClient(sdk, harness, { fetch }).messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(2);
  });
});
