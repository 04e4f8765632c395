import Anthropic from '@anthropic-ai/sdk';
import { metrics, SpanKind } from '@opentelemetry/api';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createMeter } from '../../dev/telemetry.ts';
import { observe, withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { failedCall, final, OK_ATTEMPT, OK_CALL, retried } from '../helpers/expected-call.ts';
import { type Harness, HELLO, rejection, startHarness } from '../helpers/harness.ts';

describe.each([
  ['with a context manager', true],
  ['without a context manager', false],
])('a call that no method of the SDK makes, %s', (_, contextManager) => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await startHarness({ contextManager });
  });

  test('is recorded with its attempts, tokens and model, by post and by request', async () => {
    harness.server.plan([respond.error(529)]);
    await harness.client.post('/v1/messages', { body: HELLO });
    await expectCall(harness, { ...OK_CALL, attempts: [retried(529), OK_ATTEMPT] });
    await harness.client.request({ method: 'post', path: '/v1/messages', body: HELLO });
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
  });

  test('that fails is an error, with the type of the envelope', async () => {
    harness.server.plan([respond.error(404)]);
    await rejection(harness.client.post('/v1/messages', { body: HELLO }));
    await expectCall(harness, failedCall(final(404)));
  });

  test('has a span from its start to its end', async () => {
    harness.server.plan([respond.ok({ delayMs: 50 })]);
    await harness.client.post('/v1/messages', { body: HELLO });
    const [call] = harness.callSpans();
    const [attempt] = harness.attemptSpans();
    expect(call?.kind).toBe(SpanKind.CLIENT);
    expect(attempt?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    for (const span of [call, attempt]) expect(span?.duration[1]).toBeGreaterThan(40e6);
  });

  test('of a method the server does not know is recorded too', async () => {
    await rejection(harness.client.get('/v1/unknown'));
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.method': 'other' })).toBe(1);
  });
});

test('a call by post within middleware of another call is a call of its own', async () => {
  const harness = await startHarness();
  let nested = false;
  const client = harness.newClient({
    middleware: [
      async (request, next) => {
        if (!nested) {
          nested = true;
          await harness.client.post('/v1/messages', { body: HELLO });
        }
        return next(request);
      },
    ],
  });
  await client.messages.create(HELLO);
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
  for (const span of harness.callSpans()) expect(span.attributes['anthropic.attempt.count']).toBe(1);
});

test('a copy whose openTelemetry option is replaced is recorded, without attempt spans', async () => {
  const harness = await startHarness();
  harness.server.plan([respond.error(529)]);
  await harness.client.withOptions({ openTelemetry: false }).messages.create(HELLO);
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
  expect(await harness.metric('anthropic.client.attempts')).toBe(2);
  expect(harness.spans()).toEqual([]);
});

test('a meter provider that is registered during a call gets no end without a start', async () => {
  const { meterProvider: _, ...telemetryOptions } = (await startHarness()).telemetryOptions;
  const harness = await startHarness();
  const first = createMeter();
  const second = createMeter();
  metrics.setGlobalMeterProvider(first.provider);
  onTestFinished(() => metrics.disable());
  harness.server.plan([respond.ok({ delayMs: 50 })]);
  const client = observe(
    new Anthropic({ baseURL: harness.server.url, apiKey: 'test-key' }),
    telemetryOptions,
  );
  const call = client.messages.create(HELLO);
  metrics.disable();
  metrics.setGlobalMeterProvider(second.provider);
  await call;
  const active = async (meter: typeof first): Promise<unknown[]> =>
    ((await meter.collect()).get('anthropic.client.active_calls') ?? []).map(({ value }) => value);
  expect((await active(first)).filter((value) => value !== 0)).toEqual([]);
  expect((await active(second)).filter((value) => value !== 0)).toEqual([]);
});

test('what a stranger passes for a response is no failure of telemetry', async () => {
  const harness = await startHarness();
  for (const result of [undefined, null, 1, {}, { ok: true, headers: {} }, { ok: false, status: 500 }]) {
    const client = new Anthropic(
      withTelemetry(
        { apiKey: 'test-key', maxRetries: 0, fetch: async () => result as never },
        harness.telemetryOptions,
      ),
    );
    await rejection(client.messages.create(HELLO));
  }
  expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(6);
});
