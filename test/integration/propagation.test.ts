import { propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, type HarnessOptions, HELLO, startHarness } from '../helpers/harness.ts';

/** Writes `traceparent` as the W3C has it, for every valid span context. */
const propagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (!span || !trace.isSpanContextValid(span)) return;
    const flags = span.traceFlags.toString(16).padStart(2, '0');
    setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-${flags}`);
  },
  extract: (context) => context,
  fields: () => ['traceparent'],
};

const sent = ({ server }: Harness): (string | undefined)[] =>
  server.requests.map(({ headers }) => headers['traceparent']);

describe('the trace context that a request carries', () => {
  beforeEach(() => {
    propagation.setGlobalPropagator(propagator);
    onTestFinished(() => propagation.disable());
  });

  test('is that of the call span, on every attempt, as the SDK has it', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529)]);
    await harness.client.messages.create(HELLO);
    const [call] = harness.callSpans();
    const { traceId, spanId } = call?.spanContext() ?? {};
    expect(sent(harness)).toEqual(Array(2).fill(`00-${traceId}-${spanId}-01`));
  });

  test('is that of a call span which is not sampled', async () => {
    const harness = await startHarness({ sampler: new AlwaysOffSampler() });
    await harness.client.messages.create(HELLO);
    expect(sent(harness)).toEqual([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)]);
  });

  test.each<[string, HarnessOptions, Record<string, string>]>([
    ['the application', { client: { openTelemetry: { propagation: false } } }, {}],
    ['the environment', {}, { ANTHROPIC_OPEN_TELEMETRY_PROPAGATION: 'false' }],
  ])('is none where %s turned propagation off', async (_, options, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const harness = await startHarness(options);
    await harness.client.messages.create(HELLO);
    expect(sent(harness)).toEqual([undefined]);
    expect(harness.callSpans()).toHaveLength(1);
  });

  test("is none where the application turned the SDK's spans off, also within a span of its own", async () => {
    const harness = await startHarness({ client: { openTelemetry: false } });
    await harness.tracerProvider.getTracer('app').startActiveSpan('work', async (span) => {
      await harness.client.messages.create(HELLO);
      span.end();
    });
    expect(sent(harness)).toEqual([undefined]);
  });

  test('is none without a tracer provider', async () => {
    const harness = await startHarness({ telemetry: { tracerProvider: undefined } });
    await harness.client.messages.create(HELLO);
    expect(sent(harness)).toEqual([undefined]);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
  });
});
