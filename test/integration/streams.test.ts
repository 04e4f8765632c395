/** What is recorded of streams. What every SDK has to show is in `every-sdk.test.ts`. */
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type CallCase, expectCase } from '../helpers/expect-calls.ts';
import { BEGUN_STREAM, OK_ATTEMPT, STREAMED_CALL } from '../helpers/expected-call.ts';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';

const STREAM = { ...HELLO, stream: true } as const;

const CASES: readonly CallCase[] = [
  {
    title: "messages.stream() with on('text') is one call, and the text arrives whole",
    async run({ messages }) {
      const stream = messages.stream(HELLO);
      let text = '';
      stream.on('text', (delta) => {
        text += delta;
      });
      await stream.done();
      expect(text).toBe(await stream.finalText());
    },
    recorded: STREAMED_CALL,
  },
  {
    title: 'beta.messages.stream() is one call',
    run: ({ beta }) => beta.messages.stream({ ...HELLO }).finalMessage(),
    recorded: STREAMED_CALL,
  },
  {
    title: 'withResponse of a stream gives the response before the events',
    async run({ messages }) {
      const { data, response } = await messages.create(STREAM).withResponse();
      expect(response.status).toBe(200);
      await collect(data);
    },
    recorded: STREAMED_CALL,
  },
  {
    title: 'both halves of a tee are read, and the call is recorded once',
    async run({ messages }) {
      const [left, right] = (await messages.create(STREAM)).tee();
      expect(await collect(left)).toEqual(await collect(right));
    },
    recorded: STREAMED_CALL,
  },
  {
    title: 'abort() of a helper cancels the call',
    options: { server: { eventDelayMs: 20 } },
    async run({ messages }) {
      const stream = messages.stream(HELLO);
      stream.once('text', () => stream.abort());
      await stream.finalMessage();
    },
    fails: 'APIUserAbortError',
    recorded: { ...BEGUN_STREAM, outcome: 'canceled', attempts: [OK_ATTEMPT] },
  },
  {
    title: 'an abort before the first event is canceled, with nothing known of the message',
    plan: [respond.hangBody(0)],
    async run({ messages }) {
      const stream = await messages.create(STREAM);
      stream.controller.abort();
      await collect(stream);
    },
    recorded: { stream: true, outcome: 'canceled', attempts: [OK_ATTEMPT] },
  },
];

describe('a stream', () => {
  test.each(CASES)('$title', (row) => expectCase(row));

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

  test('that fails by an api_error event extends the streak of server errors', async () => {
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

  test('with an event that is no JSON is an error, which reaches the application unchanged', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.malformedJson()]);
    const error = await rejection(collect(await harness.client.messages.create(STREAM)));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });
});
