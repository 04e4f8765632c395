import Anthropic from '@anthropic-ai/sdk';
import { type Span, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { describe, expect, test, vi } from 'vitest';
import { createTracing } from '../../dev/telemetry.ts';
import { withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { type Harness, type HarnessOptions, HELLO, startHarness } from '../helpers/harness.ts';

/** Expects the metrics and log lines of one call with one retry, whatever becomes of spans. */
async function expectMetricsOfOneCall(harness: Harness): Promise<void> {
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
  expect(await harness.metric('anthropic.client.calls')).toBe(1);
  expect(await harness.metric('anthropic.client.attempts')).toBe(2);
  expect(await harness.metric('anthropic.client.retry.delay')).toBe(1);
  expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(27);
  expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  expect(harness.events()).toEqual(['anthropic.attempt.retried', 'anthropic.call']);
}

async function callWithARetry(harness: Harness, client = harness.client): Promise<void> {
  harness.server.plan([respond.error(529)]);
  await client.messages.create(HELLO);
}

describe('metrics do not depend on tracing', () => {
  test('without any tracer provider', async () => {
    const harness = await startHarness({ telemetry: { tracerProvider: undefined } });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.logs().map(({ fields }) => fields['trace_id'])).toEqual([undefined, undefined]);
  });

  test('with attemptSpans: false', async () => {
    const harness = await startHarness({ telemetry: { attemptSpans: false } });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans().map(({ name }) => name)).toEqual(['anthropic.messages.create']);
    expect(harness.callSpans()[0]?.attributes['anthropic.attempt.count']).toBe(2);
  });
});

test.each<[string, HarnessOptions, Record<string, string>?]>([
  ['a sampler that takes no trace', { sampler: new AlwaysOffSampler() }],
  ['openTelemetry: false', { client: { openTelemetry: false } }],
  ['traces: false', { client: { openTelemetry: { traces: false } } }],
  ['ANTHROPIC_OPEN_TELEMETRY=false', {}, { ANTHROPIC_OPEN_TELEMETRY: 'false' }],
])('%s keeps metrics, of a stream too, and shows no span', async (_, options, env = {}) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const harness = await startHarness(options);
  await callWithARetry(harness);
  await expectMetricsOfOneCall(harness);
  await harness.client.messages.stream(HELLO).finalMessage();
  expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(54);
  expect(await harness.metric('gen_ai.client.inference.time_to_first_chunk')).toBe(1);
  expect(harness.spans()).toEqual([]);
});

describe("where the application turned the SDK's spans off", () => {
  test("the application's own span stays the current one inside fetch, and without one, none is", async () => {
    const harness = await startHarness();
    const active: (Span | undefined)[] = [];
    const client = harness.newClient({
      openTelemetry: false,
      fetch: (url, init) => {
        active.push(trace.getActiveSpan());
        return fetch(url, init);
      },
    });
    await harness.tracerProvider.getTracer('app').startActiveSpan('work', async (span) => {
      await callWithARetry(harness, client);
      span.end();
      expect(active).toEqual([span, span]);
      expect(active[0]).toBe(span);
    });
    await expectMetricsOfOneCall(harness);
    expect(harness.spans().map(({ name }) => name)).toEqual(['work']);
    await client.messages.create(HELLO);
    expect(active[2]).toBeUndefined();
  });
});

describe('the place of the spans', () => {
  test("the call span is a child of the application's current span", async () => {
    const harness = await startHarness();
    await harness.tracerProvider.getTracer('app').startActiveSpan('work', async (span) => {
      await harness.client.messages.create(HELLO);
      span.end();
    });
    const [work, call, attempt] = harness.spans();
    expect([work?.name, call?.name, attempt?.name]).toEqual(['work', 'anthropic.messages.create', 'POST']);
    expect(call?.parentSpanContext?.spanId).toBe(work?.spanContext().spanId);
    expect(attempt?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    expect(new Set(harness.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test('the attempt span is the current one inside fetch', async () => {
    const harness = await startHarness();
    const active: (string | undefined)[] = [];
    const client = harness.newClient({
      fetch: (url, init) => {
        active.push(trace.getActiveSpan()?.spanContext().spanId);
        return fetch(url, init);
      },
    });
    await callWithARetry(harness, client);
    expect(active).toEqual(harness.attemptSpans().map((span) => span.spanContext().spanId));
  });

  test("a tracer provider in the client's own options gets both kinds of spans", async () => {
    const harness = await startHarness();
    const own = createTracing();
    const client = harness.newClient({ openTelemetry: { tracerProvider: own.provider } });
    await callWithARetry(harness, client);
    expect(own.spans().map(({ name }) => name)).toEqual(['anthropic.messages.create', 'POST', 'POST']);
    expect(harness.spans()).toEqual([]);
    await expectMetricsOfOneCall(harness);
  });

  test('a tracer provider that is registered after the client was made is used', async () => {
    const harness = await startHarness({ telemetry: { tracerProvider: undefined } });
    const late = createTracing();
    trace.setGlobalTracerProvider(late.provider);
    try {
      await harness.client.messages.create(HELLO);
    } finally {
      trace.disable();
    }
    expect(late.spans().map(({ name }) => name)).toEqual(['anthropic.messages.create', 'POST']);
  });

  test("the SDK's content mode is the application's choice and stays so", async () => {
    const harness = await startHarness();
    const client = harness.newClient({ openTelemetry: { traces: { contentMode: 'content' } } });
    await client.messages.create(HELLO);
    expect(client.openTelemetry.traces.contentMode).toBe('content');
    expect(JSON.stringify(harness.callSpans()[0]?.attributes)).toContain('Hello');
    expect(harness.newClient().openTelemetry.traces.contentMode).toBe('metadata_only');
  });

  test('an application without the telemetry of this package has the same call span but for what is added', async () => {
    const harness = await startHarness();
    const bare = createTracing();
    const options = { baseURL: harness.server.url, apiKey: 'test-key' };
    const openTelemetry = { tracerProvider: bare.provider };
    await new Anthropic({ ...options, openTelemetry }).messages.create(HELLO);
    const observed = createTracing();
    const own = { ...options, openTelemetry: { tracerProvider: observed.provider } };
    await new Anthropic(withTelemetry(own, harness.telemetryOptions)).messages.create(HELLO);
    const expected = bare.spans()[0];
    const span = observed.spans().find(({ name }) => name === 'anthropic.messages.create');
    expect(Object.keys(span?.attributes ?? {})).toEqual(
      expect.arrayContaining(Object.keys(expected?.attributes ?? {})),
    );
    expect(span?.status).toEqual(expected?.status);
    expect(span?.instrumentationScope).toEqual(expected?.instrumentationScope);
  });
});
