import Anthropic from '@anthropic-ai/sdk';
import { type Span, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { describe, expect, test, vi } from 'vitest';
import { createTracing } from '../../dev/telemetry.ts';
import { withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';

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

  test('with a sampler that takes no trace', async () => {
    const harness = await startHarness({ sampler: new AlwaysOffSampler() });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans()).toEqual([]);
  });

  test('with a sampler that takes no trace, for a stream', async () => {
    const harness = await startHarness({ sampler: new AlwaysOffSampler() });
    await harness.client.messages.stream(HELLO).finalMessage();
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(27);
    expect(await harness.metric('gen_ai.client.inference.time_to_first_chunk')).toBe(1);
  });

  test('with attemptSpans: false', async () => {
    const harness = await startHarness({ telemetry: { attemptSpans: false } });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans().map(({ name }) => name)).toEqual(['anthropic.messages.create']);
    expect(harness.callSpans()[0]?.attributes['anthropic.attempt.count']).toBe(2);
  });
});

describe("where the application turned the SDK's spans off", () => {
  test('openTelemetry: false keeps metrics and shows no span', async () => {
    const harness = await startHarness({ client: { openTelemetry: false } });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans()).toEqual([]);
  });

  test('traces: false keeps metrics and shows no span', async () => {
    const harness = await startHarness({ client: { openTelemetry: { traces: false } } });
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans()).toEqual([]);
  });

  test('ANTHROPIC_OPEN_TELEMETRY=false keeps metrics and shows no span', async () => {
    vi.stubEnv('ANTHROPIC_OPEN_TELEMETRY', 'false');
    const harness = await startHarness();
    await callWithARetry(harness);
    await expectMetricsOfOneCall(harness);
    expect(harness.spans()).toEqual([]);
  });

  test("the application's own span stays the current one inside fetch", async () => {
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
  });

  test('without a span of the application, none is current inside fetch', async () => {
    const harness = await startHarness();
    const active: (Span | undefined)[] = [];
    const client = harness.newClient({
      openTelemetry: false,
      fetch: (url, init) => {
        active.push(trace.getActiveSpan());
        return fetch(url, init);
      },
    });
    await client.messages.create(HELLO);
    expect(active).toEqual([undefined]);
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
