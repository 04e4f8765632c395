/** Every SDK, through the adapters that it has: the same calls, the same points, spans and log lines. */
import { describe, expect, test, vi } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { type ExpectedCall, OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import {
  collect,
  type Harness,
  type HarnessOptions,
  HELLO,
  rejection,
  startHarness as start,
} from '../helpers/harness.ts';
import { newClient, OLDER_SDKS, type OlderSdk, SDKS } from '../helpers/sdks.ts';

const STREAM = { ...HELLO, stream: true } as const;
const STREAMED: ExpectedCall = { ...OK_CALL, stream: true };
const BEGUN = {
  stream: true,
  firstChunk: true,
  tokens: { input: 5, cacheRead: 0, cacheWrite: 0 },
} as const;
const OVERLOADED = { errorType: 'overloaded_error', fault: 'anthropic' } as const;
const API_ERROR = { errorType: 'api_error', fault: 'anthropic' } as const;
const NO_CONNECTION = { errorType: 'connection_error', fault: 'network' } as const;
const TIMEOUT = { errorType: 'client_timeout_error', fault: 'network' } as const;
const WAIT = { retryAfter: 0.001 };

/** Resolves when no call is open. In an older SDK, a call without a response ends when no retry has come; otherwise it ends at once. */
async function allEnded({ metric }: Harness, { adapter }: OlderSdk): Promise<void> {
  if (adapter === 'span') return;
  await vi.waitFor(async () => expect(await metric('anthropic.client.active_calls')).toBe(0), 5000);
}

/** Each SDK, with a context manager and as in an application that set up no OpenTelemetry at all. */
const SETUPS = SDKS.flatMap((sdk) => [
  { setup: sdk.version, sdk, contextManager: true },
  { setup: `${sdk.version} without a context manager`, sdk, contextManager: false },
]);

describe.each(SETUPS)('SDK $setup', ({ sdk, contextManager }) => {
  const startHarness = (options: HarnessOptions = {}): Promise<Harness> =>
    start({ contextManager, ...options });

  // The signal that an SDK gives to `fetch` does not show who aborts.
  const canceledBy = sdk.adapter === 'fetch' ? null : 'application';

  test('messages.create is one call with its tokens, model and id', async () => {
    const harness = await startHarness();
    const message = await newClient(sdk, harness).messages.create(HELLO);
    expect(message.content).toHaveLength(1);
    await expectCall(harness, OK_CALL);
  });

  test('the call span has the names of newer SDKs', async () => {
    const harness = await startHarness();
    await newClient(sdk, harness).messages.create(HELLO);
    expect(harness.callSpans()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': HELLO.model,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 27,
      'anthropic.message.stop_reason': 'end_turn',
      'anthropic.request.id': harness.server.requests[0]?.requestId,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'http.route': '/v1/messages',
      'server.address': '127.0.0.1',
    });
  });

  test('a stream is one call that lasts until its last event', async () => {
    const harness = await startHarness();
    const stream = await newClient(sdk, harness).messages.create(STREAM);
    expect(await harness.metric('anthropic.client.calls')).toBe(0);
    expect(await collect(stream)).toHaveLength(10);
    await expectCall(harness, STREAMED);
  });

  test('messages.stream() with finalMessage is one call', async () => {
    const harness = await startHarness();
    const message = await newClient(sdk, harness).messages.stream(HELLO).finalMessage();
    expect(message.usage.output_tokens).toBe(27);
    await expectCall(harness, STREAMED);
  });

  test('a stream cut into single bytes on the wire is recorded the same', async () => {
    const harness = await startHarness({ server: { chunkBytes: 1 } });
    await newClient(sdk, harness).messages.stream(HELLO).finalMessage();
    await expectCall(harness, STREAMED);
  });

  test('a call that succeeds at the third attempt has three', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529), respond.error(529)]);
    await newClient(sdk, harness).messages.create(HELLO);
    const retried = { status: 529, disposition: 'retried', ...OVERLOADED, ...WAIT } as const;
    await expectCall(harness, { ...OK_CALL, attempts: [retried, retried, OK_ATTEMPT] });
  });

  test('calls at the same time keep their attempts apart', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529), respond.error(529), respond.error(529)]);
    const client = newClient(sdk, harness);
    await Promise.all([1, 2, 3, 4, 5].map(() => client.messages.create(HELLO)));
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(5);
    expect(await harness.metric('anthropic.client.calls')).toBe(5);
    expect(await harness.metric('anthropic.client.attempts')).toBe(8);
    expect(
      await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'retried' }),
    ).toBe(3);
  });

  test('a call made while another is streamed is a call of its own', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.ok(), respond.error(529)]);
    const client = newClient(sdk, harness);
    for await (const event of await client.messages.create(STREAM)) {
      if (event.type === 'message_start') await client.messages.create(HELLO);
    }
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(3);
    expect(harness.callSpans().map(({ attributes }) => attributes['anthropic.attempt.count'])).toEqual([
      1, 2,
    ]);
  });

  test('a rejected key is one failed call, and the error is the SDK own', async () => {
    const harness = await startHarness({ server: { apiKeys: ['another-key'] } });
    const error = await rejection(newClient(sdk, harness).messages.create(HELLO));
    expect(error).toMatchObject({ status: 401 });
    expect(error.constructor.name).toBe('AuthenticationError');
    const failure = { errorType: 'authentication_error', fault: 'config' } as const;
    const attempt = { status: 401, disposition: 'final', ...failure } as const;
    await expectCall(harness, { outcome: 'error', ...failure, attempts: [attempt] });
  });

  test('errors to the last attempt are an exhausted call', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(500), respond.error(500), respond.error(500)]);
    const error = await rejection(newClient(sdk, harness).messages.create(HELLO));
    expect(error).toMatchObject({ status: 500 });
    const attempt = { status: 500, ...API_ERROR, ...WAIT } as const;
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...API_ERROR,
      attempts: [
        { ...attempt, disposition: 'retried' },
        { ...attempt, disposition: 'retried' },
        { ...attempt, disposition: 'final' },
      ],
    });
  });

  test('an error that maxRetries of the call makes the last is final', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529)]);
    await rejection(newClient(sdk, harness).messages.create(HELLO, { maxRetries: 0 }));
    expect(
      await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'final' }),
    ).toBe(1);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(1);
  });

  test('an abort during an attempt is a canceled call', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    const controller = new AbortController();
    const call = newClient(sdk, harness).messages.create(HELLO, { signal: controller.signal });
    void harness.server.waitForRequests(1).then(() => controller.abort());
    const error = await rejection(call);
    expect(error.constructor.name).toBe('APIUserAbortError');
    await expectCall(harness, { outcome: 'canceled', canceledBy, attempts: [{ disposition: 'canceled' }] });
  });

  test('no response within the timeout is an error of the network', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    const client = newClient(sdk, harness, { timeout: 300, maxRetries: 0 });
    const error = await rejection(client.messages.create(HELLO));
    expect(error.constructor.name).toBe('APIConnectionTimeoutError');
    const attempt = { disposition: 'final', ...TIMEOUT } as const;
    await allEnded(harness, sdk);
    await expectCall(harness, { outcome: 'error', exhausted: true, ...TIMEOUT, attempts: [attempt] });
  });

  test('a refused connection is an error of the network, and the SDK error is unchanged', async () => {
    const harness = await startHarness();
    await harness.server.close();
    const client = newClient(sdk, harness, { maxRetries: 0 });
    const error = await rejection(client.messages.create(HELLO));
    expect(error.constructor.name).toBe('APIConnectionError');
    const attempt = { disposition: 'final', ...NO_CONNECTION } as const;
    // The process ends before it is certain that no retry comes.
    harness.telemetry.endOpenCalls();
    await expectCall(harness, { outcome: 'error', exhausted: true, ...NO_CONNECTION, attempts: [attempt] });
  });

  test('a connection that is reset is retried', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.resetConnection()]);
    await newClient(sdk, harness).messages.create(HELLO);
    const lost = { disposition: 'retried', ...NO_CONNECTION } as const;
    await expectCall(harness, { ...OK_CALL, attempts: [lost, OK_ATTEMPT] });
  });

  test('an error event after HTTP 200 counts like the status that it stands for', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.sseError('overloaded_error')]);
    await rejection(newClient(sdk, harness).messages.create(STREAM).then(collect));
    await expectCall(harness, {
      ...BEGUN,
      ...OVERLOADED,
      outcome: 'error',
      exhausted: true,
      attempts: [{ status: 200, disposition: 'final', ...OVERLOADED, eventStatus: 529 }],
    });
  });

  test('a stream that ends before message_stop is an error of the API, though the application sees none', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.cutStream()]);
    await collect(await newClient(sdk, harness).messages.create(STREAM));
    await expectCall(harness, {
      ...BEGUN,
      ...API_ERROR,
      outcome: 'error',
      exhausted: true,
      attempts: [{ status: 200, disposition: 'final', ...API_ERROR, eventStatus: 500 }],
    });
  });

  test('a socket that is reset in mid-stream is an error of the network', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.resetStream()]);
    await rejection(newClient(sdk, harness).messages.create(STREAM).then(collect));
    const fault = { 'anthropic.error.fault': 'network' };
    expect(await harness.metric('anthropic.client.calls', fault)).toBe(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('a break closes the connection, and the call is canceled', async () => {
    const harness = await startHarness({ server: { eventDelayMs: 20 } });
    for await (const event of await newClient(sdk, harness).messages.create(STREAM)) {
      if (event.type === 'content_block_delta') break;
    }
    await allEnded(harness, sdk);
    await expectCall(harness, { ...BEGUN, outcome: 'canceled', canceledBy, attempts: [OK_ATTEMPT] });
    expect(harness.server.requests[0]?.closedByClient).toBe(true);
  });

  test('an abort while the stream is read cancels the call', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hangBody(4)]);
    const stream = await newClient(sdk, harness).messages.create(STREAM);
    for await (const event of stream) {
      if (event.type === 'content_block_delta') stream.controller.abort();
    }
    await allEnded(harness, sdk);
    await expectCall(harness, { ...BEGUN, outcome: 'canceled', canceledBy, attempts: [OK_ATTEMPT] });
  });

  test('withResponse gives the message and the response', async () => {
    const harness = await startHarness();
    const { data, response } = await newClient(sdk, harness).messages.create(HELLO).withResponse();
    expect(data.usage.output_tokens).toBe(27);
    expect(response.headers.get('request-id')).toBe(harness.server.requests[0]?.requestId);
    await expectCall(harness, OK_CALL);
  });

  test('another method has its own name and route', async () => {
    const harness = await startHarness();
    const { messages } = newClient(sdk, harness);
    await messages.countTokens({ model: HELLO.model, messages: HELLO.messages });
    await expectCall(harness, {
      method: 'messages.count_tokens',
      route: '/v1/messages/count_tokens',
      outcome: 'ok',
      attempts: [OK_ATTEMPT],
    });
  });

  test('a stream that is never read ends, as canceled, at the latest with the process', async () => {
    const harness = await startHarness();
    const stream = await newClient(sdk, harness).messages.create(STREAM);
    harness.telemetry.endOpenCalls();
    await expectCall(harness, { stream: true, outcome: 'canceled', canceledBy, attempts: [OK_ATTEMPT] });
    expect(await collect(stream)).toHaveLength(10);
    await expectCall(harness, { stream: true, outcome: 'canceled', canceledBy, attempts: [OK_ATTEMPT] });
  });
});

describe.each(OLDER_SDKS)('SDK $version', (sdk) => {
  test('asResponse gives a response that reads like any other', async () => {
    const harness = await start();
    const response = await newClient(sdk, harness).messages.create(HELLO).asResponse();
    expect(response.bodyUsed).toBe(false);
    expect(JSON.parse(await response.text())).toMatchObject({ type: 'message' });
    expect(response.bodyUsed).toBe(true);
    await expectCall(harness, OK_CALL);
  });
});
