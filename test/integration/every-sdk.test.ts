/** Every SDK, through the adapters that it has: the same calls, the same points, spans and log lines. */
import { describe, expect, test, vi } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type CallCase, expectCall, expectCase } from '../helpers/expect-calls.ts';
import {
  BEGUN_STREAM,
  failedCall,
  failureOf,
  final,
  OK_ATTEMPT,
  OK_CALL,
  retried,
  STREAMED_CALL,
} from '../helpers/expected-call.ts';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS, type OlderSdk, SDKS } from '../helpers/sdks.ts';

const STREAM = { ...HELLO, stream: true } as const;
const NO_CONNECTION = { errorType: 'connection_error', fault: 'network' } as const;
const TIMEOUT = { errorType: 'client_timeout_error', fault: 'network' } as const;
const ONCE = { maxRetries: 0 };

const casesFor = ({ adapter }: OlderSdk): CallCase[] => {
  // The signal that an SDK gives to `fetch` does not show who aborts.
  const canceled = { outcome: 'canceled', canceledBy: adapter === 'fetch' ? null : 'application' } as const;
  const brokenStream = (status: number) => ({
    ...failedCall({ status: 200, disposition: 'final', ...failureOf(status), eventStatus: status }),
    ...BEGUN_STREAM,
    exhausted: true,
  });
  return [
    {
      title:
        'messages.create is one call with its tokens, model and id, and its span has the names of newer SDKs',
      async run(client, { callSpans, server }) {
        expect((await client.messages.create(HELLO)).content).toHaveLength(1);
        expect(callSpans()[0]?.attributes).toMatchObject({
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': HELLO.model,
          'gen_ai.request.max_tokens': 100,
          'gen_ai.usage.input_tokens': 5,
          'gen_ai.usage.output_tokens': 27,
          'anthropic.message.stop_reason': 'end_turn',
          'anthropic.request.id': server.requests[0]?.requestId,
          'http.request.method': 'POST',
          'http.response.status_code': 200,
          'http.route': '/v1/messages',
          'server.address': '127.0.0.1',
        });
      },
      recorded: OK_CALL,
    },
    {
      title: 'a stream is one call that lasts until its last event',
      async run(client, { metric }) {
        const stream = await client.messages.create(STREAM);
        expect(await metric('anthropic.client.calls')).toBe(0);
        expect(await collect(stream)).toHaveLength(10);
      },
      recorded: STREAMED_CALL,
    },
    {
      title: 'messages.stream() with finalMessage, cut into single bytes on the wire, is one call',
      options: { server: { chunkBytes: 1 } },
      async run(client) {
        expect((await client.messages.stream(HELLO).finalMessage()).usage.output_tokens).toBe(27);
      },
      recorded: STREAMED_CALL,
    },
    {
      title: 'a call that succeeds at the third attempt has three',
      plan: [respond.error(529), respond.error(529)],
      recorded: { ...OK_CALL, attempts: [retried(529), retried(529), OK_ATTEMPT] },
    },
    {
      title: 'a rejected key is one failed call, and the error is the SDK own',
      options: { server: { apiKeys: ['another-key'] } },
      fails: 'AuthenticationError',
      recorded: failedCall(final(401)),
    },
    {
      title: 'errors to the last attempt are an exhausted call',
      plan: [respond.error(500), respond.error(500), respond.error(500)],
      fails: 500,
      recorded: failedCall(retried(500), retried(500), final(500)),
    },
    {
      title: 'an error that maxRetries of the call makes the last is final',
      plan: [respond.error(529)],
      run: ({ messages }) => messages.create(HELLO, ONCE),
      fails: 529,
      recorded: failedCall(final(529)),
    },
    {
      title: 'an abort during an attempt is a canceled call',
      plan: [respond.hang()],
      run({ messages }, { server }) {
        const controller = new AbortController();
        void server.waitForRequests(1).then(() => controller.abort());
        return messages.create(HELLO, { signal: controller.signal });
      },
      fails: 'APIUserAbortError',
      recorded: { ...canceled, attempts: [{ disposition: 'canceled' }] },
    },
    {
      title: 'no response within the timeout is an error of the network',
      plan: [respond.hang()],
      run: ({ messages }) => messages.create(HELLO, { ...ONCE, timeout: 300 }),
      fails: 'APIConnectionTimeoutError',
      recorded: { ...failedCall({ disposition: 'final', ...TIMEOUT }), exhausted: true },
    },
    {
      title: 'a refused connection is an error of the network, and the SDK error is unchanged',
      async run({ messages }, { server, telemetry }) {
        await server.close();
        // The process ends before it is certain that no retry comes.
        await messages.create(HELLO, ONCE).finally(() => telemetry.endOpenCalls());
      },
      fails: 'APIConnectionError',
      recorded: { ...failedCall({ disposition: 'final', ...NO_CONNECTION }), exhausted: true },
    },
    {
      title: 'a connection that is reset is retried',
      plan: [respond.resetConnection()],
      recorded: { ...OK_CALL, attempts: [{ disposition: 'retried', ...NO_CONNECTION }, OK_ATTEMPT] },
    },
    {
      title: 'an error event after HTTP 200 counts like the status that it stands for',
      plan: [respond.sseError('overloaded_error')],
      run: ({ messages }) => messages.create(STREAM).then(collect),
      fails: true,
      recorded: brokenStream(529),
    },
    {
      title:
        'a stream that ends before message_stop is an error of the API, though the application sees none',
      plan: [respond.cutStream()],
      run: ({ messages }) => messages.create(STREAM).then(collect),
      recorded: brokenStream(500),
    },
    {
      title: 'a break closes the connection, and the call is canceled',
      options: { server: { eventDelayMs: 20 } },
      async run({ messages }, { server }) {
        for await (const event of await messages.create(STREAM)) {
          if (event.type === 'content_block_delta') break;
        }
        await server.idle();
        expect(server.requests[0]?.closedByClient).toBe(true);
      },
      recorded: { ...BEGUN_STREAM, ...canceled, attempts: [OK_ATTEMPT] },
    },
    {
      title: 'an abort while the stream is read cancels the call',
      plan: [respond.hangBody(4)],
      async run({ messages }) {
        const stream = await messages.create(STREAM);
        for await (const event of stream) {
          if (event.type === 'content_block_delta') stream.controller.abort();
        }
      },
      recorded: { ...BEGUN_STREAM, ...canceled, attempts: [OK_ATTEMPT] },
    },
    {
      title: 'withResponse gives the message and the response',
      async run({ messages }, { server }) {
        const { data, response } = await messages.create(HELLO).withResponse();
        expect(data.usage.output_tokens).toBe(27);
        expect(response.headers.get('request-id')).toBe(server.requests[0]?.requestId);
      },
      recorded: OK_CALL,
    },
    {
      title: 'another method has its own name and route',
      run: ({ messages }) => messages.countTokens({ model: HELLO.model, messages: HELLO.messages }),
      recorded: {
        method: 'messages.count_tokens',
        route: '/v1/messages/count_tokens',
        outcome: 'ok',
        attempts: [OK_ATTEMPT],
      },
    },
    {
      title: 'a stream that is never read ends, as canceled, at the latest with the process',
      async run({ messages }, harness) {
        const stream = await messages.create(STREAM);
        harness.telemetry.endOpenCalls();
        await expectCall(harness, { stream: true, ...canceled, attempts: [OK_ATTEMPT] });
        expect(await collect(stream)).toHaveLength(10);
      },
      recorded: { stream: true, ...canceled, attempts: [OK_ATTEMPT] },
    },
  ];
};

/** Each SDK, with a context manager and as in an application that set up no OpenTelemetry at all. */
const SETUPS = SDKS.flatMap((sdk) => [
  { setup: sdk.version, sdk, contextManager: true },
  { setup: `${sdk.version} without a context manager`, sdk, contextManager: false },
]);

describe.each(SETUPS)('SDK $setup', ({ sdk, contextManager }) => {
  test.each(casesFor(sdk))('$title', (row) =>
    // In an older SDK, a call without a response ends when no retry has come; otherwise it ends at once.
    expectCase(
      { ...row, options: { contextManager, ...row.options } },
      (harness) => newClient(sdk, harness),
      sdk.adapter !== 'span',
    ),
  );

  test('calls at the same time keep their attempts apart', async () => {
    const harness = await startHarness({ contextManager });
    harness.server.plan([respond.error(529), respond.error(529), respond.error(529)]);
    const client = newClient(sdk, harness);
    await Promise.all([1, 2, 3, 4, 5].map(() => client.messages.create(HELLO)));
    const attempts = 'anthropic.client.attempts';
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(5);
    expect(await harness.metric('anthropic.client.calls')).toBe(5);
    expect(await harness.metric(attempts)).toBe(8);
    expect(await harness.metric(attempts, { 'anthropic.attempt.disposition': 'retried' })).toBe(3);
  });

  test('a call made while another is streamed is a call of its own', async () => {
    const harness = await startHarness({ contextManager });
    harness.server.plan([respond.ok(), respond.error(529)]);
    const client = newClient(sdk, harness);
    for await (const event of await client.messages.create(STREAM)) {
      if (event.type === 'message_start') await client.messages.create(HELLO);
    }
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(3);
    const counts = harness.callSpans().map(({ attributes }) => attributes['anthropic.attempt.count']);
    expect(counts).toEqual([1, 2]);
  });

  test('a socket that is reset in mid-stream is an error of the network', async () => {
    const harness = await startHarness({ contextManager });
    harness.server.plan([respond.resetStream()]);
    await rejection(newClient(sdk, harness).messages.create(STREAM).then(collect));
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.error.fault': 'network' })).toBe(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('an abort while it waits for a retry cancels the call', async () => {
    const harness = await startHarness({ contextManager });
    harness.server.plan([respond.error(529, { retryAfter: 1, headers: { 'retry-after-ms': null } })]);
    const controller = new AbortController();
    const call = newClient(sdk, harness).messages.create(HELLO, { signal: controller.signal });
    // A failed attempt counts at once: from then on the SDK waits.
    const failed = (): Promise<number> => harness.metric('anthropic.client.recent_attempts');
    void vi.waitFor(async () => expect(await failed()).toBe(1), 5000).then(() => controller.abort());
    expect((await rejection(call)).constructor.name).toBe('APIUserAbortError');
    await vi.waitFor(async () => expect(await harness.metric('anthropic.client.active_calls')).toBe(0), 5000);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'canceled' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
  });
});

test.each(OLDER_SDKS)('SDK $version: asResponse gives a response that reads like any other', async (sdk) => {
  const harness = await startHarness();
  const response = await newClient(sdk, harness).messages.create(HELLO).asResponse();
  expect(response.bodyUsed).toBe(false);
  expect(JSON.parse(await response.text())).toMatchObject({ type: 'message' });
  expect(response.bodyUsed).toBe(true);
  await expectCall(harness, OK_CALL);
});
