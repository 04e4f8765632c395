import { setTimeout as sleep } from 'node:timers/promises';
import type { Middleware } from '@anthropic-ai/sdk';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';

const OVERLOADED = { errorType: 'overloaded_error', fault: 'anthropic' } as const;

/** Repeats a request that failed, once. */
const replay: Middleware = async (request, next) => {
  const response = await next(request);
  return response.ok ? response : next(request);
};

describe("the application's own middleware", () => {
  test('that replays a request makes a second attempt of the same call', async () => {
    const harness = await startHarness({ client: { middleware: [replay], maxRetries: 0 } });
    harness.server.plan([respond.error(529)]);
    await harness.client.messages.create(HELLO);
    await expectCall(harness, {
      ...OK_CALL,
      attempts: [{ status: 529, disposition: 'retried', retryAfter: 0.001, ...OVERLOADED }, OK_ATTEMPT],
    });
  });

  test('that replays in vain leaves one exhausted call', async () => {
    const harness = await startHarness({ client: { middleware: [replay], maxRetries: 0 } });
    harness.server.plan([respond.error(529), respond.error(529)]);
    await rejection(harness.client.messages.create(HELLO));
    const failed = { status: 529, retryAfter: 0.001, ...OVERLOADED };
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...OVERLOADED,
      attempts: [
        { ...failed, disposition: 'retried' },
        { ...failed, disposition: 'final' },
      ],
    });
  });

  test('that responds itself makes a call without an attempt', async () => {
    const cached: Middleware = async () =>
      Response.json({
        id: 'msg_cached',
        type: 'message',
        role: 'assistant',
        model: MODEL,
        content: [],
        stop_reason: 'end_turn',
        usage: { input_tokens: 0, output_tokens: 0 },
      });
    const harness = await startHarness({ client: { middleware: [cached] } });
    expect(await harness.client.messages.create(HELLO)).toMatchObject({ id: 'msg_cached' });
    expect(harness.server.requests).toEqual([]);
    await expectCall(harness, {
      outcome: 'ok',
      attempts: [],
      responded: true,
      stopReason: 'end_turn',
      logged: { status: 200 },
    });
  });

  test('that throws reaches the application with its own error, and is its own fault', async () => {
    const problem = new Error('no calls on Sundays');
    const reject: Middleware = async () => {
      throw problem;
    };
    const harness = await startHarness({ client: { middleware: [reject] } });
    expect(await rejection(harness.client.messages.create(HELLO))).toBe(problem);
    const [call] = await harness.points('anthropic.client.calls');
    expect(call?.attributes).toMatchObject({
      'anthropic.outcome': 'error',
      'anthropic.error.fault': 'application',
    });
    expect(await harness.metric('anthropic.client.attempts')).toBe(0);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
  });

  test('that throws after a response does not turn the good attempt into a retry', async () => {
    const problem = new Error('not good enough');
    const judge: Middleware = async (request, next) => {
      await next(request);
      throw problem;
    };
    const harness = await startHarness({ client: { middleware: [judge] } });
    expect(await rejection(harness.client.messages.create(HELLO))).toBe(problem);
    expect(await harness.metric('anthropic.client.attempts')).toBe(1);
    expect(
      await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'retried' }),
    ).toBe(0);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
    expect(harness.callSpans().map((span) => span.status.code)).toEqual([SpanStatusCode.ERROR]);
  });

  test('that takes its time over a failure and then passes it on leaves a final attempt', async () => {
    const slow: Middleware = async (request, next) => {
      const response = await next(request);
      await sleep(120);
      return response;
    };
    const harness = await startHarness({ client: { middleware: [slow], maxRetries: 0 } });
    harness.server.plan([respond.error(529)]);
    await rejection(harness.client.messages.create(HELLO));
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...OVERLOADED,
      attempts: [{ status: 529, disposition: 'final', retryAfter: 0.001, ...OVERLOADED }],
    });
  });

  test('that makes its own span the current one does not hide the call', async () => {
    const harness = await startHarness({
      client: {
        middleware: [
          (request, next) =>
            trace
              .getTracer('app')
              .startActiveSpan('policy', (span) => next(request).finally(() => span.end())),
        ],
      },
    });
    await harness.client.messages.create(HELLO);
    await expectCall(harness, OK_CALL);
  });

  test('that opens a recording span of its own keeps that span', async () => {
    const harness = await startHarness();
    const spanned: Middleware = (request, next) =>
      harness.tracerProvider
        .getTracer('app')
        .startActiveSpan('policy', (span) => next(request).finally(() => span.end()));
    await harness.newClient({ middleware: [spanned] }).messages.create(HELLO);
    const policy = harness.spans().find(({ name }) => name === 'policy');
    const [call] = harness.callSpans();
    expect(policy?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    await expectCall(harness, OK_CALL);
  });

  test('given per request sees the request that is sent', async () => {
    const harness = await startHarness();
    const seen: string[] = [];
    const watch: Middleware = (request, next) => {
      seen.push(request.url);
      return next(request);
    };
    await harness.client.messages.create(HELLO, { middleware: [watch] });
    expect(seen).toEqual([`${harness.server.url}/v1/messages`]);
    await expectCall(harness, OK_CALL);
  });

  test('runs outside that of this package, in its own order', async () => {
    const order: string[] = [];
    const named =
      (name: string): Middleware =>
      async (request, next) => {
        order.push(name);
        return next(request);
      };
    const harness = await startHarness({ client: { middleware: [named('first'), named('second')] } });
    // The two, that of this package around them, and that on the wire.
    expect(harness.client.middleware).toHaveLength(4);
    await harness.client.messages.create(HELLO);
    expect(order).toEqual(['first', 'second']);
  });
});
