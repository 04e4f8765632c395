import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { type ExpectedCall, OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';

const STREAM = { ...HELLO, stream: true } as const;
const STREAMED: ExpectedCall = { ...OK_CALL, stream: true };

/** What is known of a stream that began and was not finished: the output count is not among it. */
const BEGUN = {
  stream: true,
  firstChunk: true,
  tokens: { input: 5, cacheRead: 0, cacheWrite: 0 },
} as const;

describe('a stream that is read to its end', () => {
  test('has its first chunk counted from the start of its last attempt: with the wait for the headers, without the backoff', async () => {
    const harness = await startHarness();
    const delayMs = 50;
    harness.server.plan([respond.error(529, { delayMs: 200 }), respond.slow({ delayMs })]);
    await collect(await harness.client.messages.create(STREAM));
    const seconds = async (name: string, errorType?: string): Promise<number> => {
      const points = await harness.points(name);
      return points
        .filter(({ attributes }) => errorType === undefined || attributes['error.type'] === errorType)
        .reduce((total, { value }) => total + (value as { sum: number }).sum, 0);
    };
    const firstChunk = await seconds('gen_ai.client.inference.time_to_first_chunk');
    expect(firstChunk).toBeGreaterThanOrEqual((delayMs - 5) / 1000);
    const before =
      (await seconds('anthropic.client.retry.delay')) +
      (await seconds('anthropic.client.attempt.duration', 'overloaded_error'));
    expect(before).toBeGreaterThan(0.19);
    expect(firstChunk + before).toBeLessThanOrEqual(await seconds('gen_ai.client.inference.duration'));
  });

  test("messages.stream() with on('text') is one call, and the text arrives whole", async () => {
    const harness = await startHarness();
    const stream = harness.client.messages.stream(HELLO);
    let text = '';
    stream.on('text', (delta) => {
      text += delta;
    });
    await stream.done();
    expect(text).toBe(await stream.finalText());
    await expectCall(harness, STREAMED);
  });

  test('beta.messages.stream() is one call', async () => {
    const harness = await startHarness();
    await harness.client.beta.messages.stream({ ...HELLO }).finalMessage();
    await expectCall(harness, STREAMED);
  });

  test('withResponse of a stream gives the response before the events', async () => {
    const harness = await startHarness();
    const { data, response } = await harness.client.messages.create(STREAM).withResponse();
    expect(response.status).toBe(200);
    await collect(data);
    await expectCall(harness, STREAMED);
  });

  test('both halves of a tee are read, and the call is recorded once', async () => {
    const harness = await startHarness();
    const [left, right] = (await harness.client.messages.create(STREAM)).tee();
    expect(await collect(left)).toEqual(await collect(right));
    await expectCall(harness, STREAMED);
  });
});

describe('a stream that fails', () => {
  test('an api_error event extends the streak of server errors', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    harness.server.plan([respond.error(500), respond.sseError('api_error'), respond.sseError('api_error')]);
    for (let call = 0; call < 3; call++) {
      await rejection(harness.client.messages.stream(HELLO).finalMessage());
    }
    // 500, then 200 whose stream fails: the good beginning ends the streak, the event begins another.
    const gauge = await harness.points('anthropic.client.server_error_streak');
    expect(gauge.map(({ value }) => value)).toEqual([1]);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(3);
  });

  test('an event that is no JSON is an error, and reaches the application unchanged', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.malformedJson()]);
    const error = await rejection(collect(await harness.client.messages.create(STREAM)));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });
});

describe('a stream that is given up', () => {
  test('abort() of a helper cancels the call', async () => {
    const harness = await startHarness({ server: { eventDelayMs: 20 } });
    const stream = harness.client.messages.stream(HELLO);
    stream.once('text', () => stream.abort());
    const error = await rejection(stream.finalMessage());
    expect(error.constructor.name).toBe('APIUserAbortError');
    await expectCall(harness, { ...BEGUN, outcome: 'canceled', attempts: [OK_ATTEMPT] });
  });

  test('a break before the first event is canceled, with nothing known of the message', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hangBody(0)]);
    const stream = await harness.client.messages.create(STREAM);
    stream.controller.abort();
    await collect(stream);
    await expectCall(harness, { stream: true, outcome: 'canceled', attempts: [OK_ATTEMPT] });
  });
});
