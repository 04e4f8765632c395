/** Options that win over what an SDK hands in, and options that change at run time. */
import Anthropic from '@anthropic-ai/sdk';
import { metrics } from '@opentelemetry/api';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLogger, createMeter, createTracing } from '../../dev/telemetry.ts';
import { type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import {
  AnthropicInstrumentation,
  type AnthropicInstrumentationConfig,
} from '../../src/instrumentation/index.ts';
import { respond, startAnthropicServer } from '../../src/testing/index.ts';
import { HELLO, MODEL, rejection } from '../helpers/harness.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A place for telemetry, and how much has arrived there. */
function createPlace() {
  const { provider: meterProvider, collect } = createMeter();
  const { provider: tracerProvider, spans } = createTracing();
  const { logger, records } = createLogger();
  const series = async (name: string) => (await collect()).get(name) ?? [];
  return {
    options: { meterProvider, tracerProvider, logger } satisfies TelemetryOptions,
    series,
    calls: async () =>
      (await series('anthropic.client.calls')).reduce((sum, { value }) => sum + Number(value), 0),
    attemptSpans: () =>
      spans().filter(({ instrumentationScope }) => instrumentationScope.name === 'anthropic-otel'),
    records,
  };
}

async function setUp(config: AnthropicInstrumentationConfig) {
  const server = await startAnthropicServer({ retryAfterMs: 1, rateLimits: { requests: 100 } });
  onTestFinished(() => server.close());
  const instrumentation = new AnthropicInstrumentation(config);
  instrumentation.share();
  const newClient = (): Anthropic =>
    new Anthropic(withTelemetry({ baseURL: server.url, apiKey: 'test-key', logLevel: 'off', maxRetries: 0 }));
  return { server, instrumentation, newClient, client: newClient() };
}

describe('providers that are given', () => {
  const handIn: ReadonlyArray<
    readonly [string, (mine: AnthropicInstrumentation, sdks: ReturnType<typeof createPlace>) => void]
  > = [
    [
      'a NodeSDK that starts',
      (mine) => {
        const metricReaders = [new Reader()];
        new NodeSDK({
          instrumentations: [mine],
          metricReaders,
          spanProcessors: [],
          logRecordProcessors: [],
        }).start();
        onTestFinished(() => metrics.disable());
      },
    ],
    [
      'providers that are handed in once',
      (mine, { options }) => {
        mine.setMeterProvider(options.meterProvider);
        mine.setTracerProvider(options.tracerProvider);
      },
    ],
    [
      'providers that are handed in again after setConfig',
      (mine, { options }) => {
        mine.setMeterProvider(options.meterProvider);
        mine.setConfig(mine.getConfig());
        mine.setTracerProvider(options.tracerProvider);
        mine.setMeterProvider(options.meterProvider);
      },
    ],
  ];

  test.each(handIn)('win over %s', async (_title, hand) => {
    const given = createPlace();
    const sdks = createPlace();
    const { instrumentation, client } = await setUp(given.options);
    hand(instrumentation, sdks);
    await client.messages.create(HELLO);
    expect(await given.calls()).toBe(1);
    expect(given.attemptSpans()).toHaveLength(1);
    expect(await sdks.calls()).toBe(0);
    expect(sdks.attemptSpans()).toHaveLength(0);
  });

  test('of one signal leave the other to the SDK', async () => {
    const given = createPlace();
    const sdks = createPlace();
    const { instrumentation, client } = await setUp({ meterProvider: given.options.meterProvider });
    instrumentation.setMeterProvider(sdks.options.meterProvider);
    instrumentation.setTracerProvider(sdks.options.tracerProvider);
    await client.messages.create(HELLO);
    expect(await given.calls()).toBe(1);
    expect(await sdks.calls()).toBe(0);
    expect(sdks.attemptSpans()).toHaveLength(1);
  });

  test('are given up for those of the SDK by a setConfig without them', async () => {
    const given = createPlace();
    const sdks = createPlace();
    const { instrumentation, client } = await setUp(given.options);
    instrumentation.setMeterProvider(sdks.options.meterProvider);
    instrumentation.setTracerProvider(sdks.options.tracerProvider);
    instrumentation.setConfig({});
    await client.messages.create(HELLO);
    expect(await given.calls()).toBe(0);
    expect(await sdks.calls()).toBe(1);
    expect(sdks.attemptSpans()).toHaveLength(1);
  });
});

describe('setConfig', () => {
  test('reaches clients that exist and later ones: providers, logger and attempt spans', async () => {
    const before = createPlace();
    const after = createPlace();
    const { instrumentation, client, newClient } = await setUp(before.options);
    await client.messages.create(HELLO);
    instrumentation.setConfig(after.options);
    await client.messages.create(HELLO);
    await newClient().messages.create(HELLO);
    expect([await before.calls(), await after.calls()]).toEqual([1, 2]);
    expect([before.attemptSpans().length, after.attemptSpans().length]).toEqual([1, 2]);
    expect([before.records.length, after.records.length]).toEqual([1, 2]);
    instrumentation.setConfig({ ...after.options, attemptSpans: false, logger: undefined });
    await client.messages.create(HELLO);
    expect(await after.calls()).toBe(3);
    expect([after.attemptSpans().length, after.records.length]).toEqual([2, 2]);
  });

  test('changes models and prices', async () => {
    const { options, series, records } = createPlace();
    const { instrumentation, client } = await setUp(options);
    const price = { input: 1e6, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    await client.messages.create(HELLO);
    instrumentation.setConfig({ ...options, models: ['mine'], prices: { [MODEL]: price } });
    const calls = await series('anthropic.client.calls');
    expect(calls.map(({ attributes }) => attributes['gen_ai.request.model'])).toContain('mine');
    await client.messages.create(HELLO);
    const [first, second] = records.map(({ fields }) => fields);
    expect(first?.['cost_usd']).toBeLessThan(1);
    expect(second?.['cost_usd']).toBe(second?.['input_tokens']);
  });

  test('switches content on and off', async () => {
    const { options, records } = createPlace();
    const { server, instrumentation, client } = await setUp(options);
    const bodies: unknown[] = [];
    for (const captureContent of [false, true, false]) {
      instrumentation.setConfig({ ...options, captureContent });
      server.plan([respond.error(400)]);
      await rejection(client.messages.create(HELLO));
      bodies.push(records.at(-1)?.fields['request_body']);
    }
    expect(bodies.map((body) => body !== undefined)).toEqual([false, true, false]);
  });

  test('switches telemetry off and on by `enabled`, and leaves it as it is without', async () => {
    const { options, calls } = createPlace();
    const { instrumentation, client } = await setUp(options);
    const counts: number[] = [];
    for (const enabled of [{ enabled: false }, {}, { enabled: true }, {}]) {
      instrumentation.setConfig({ ...options, ...enabled });
      await client.messages.create(HELLO);
      counts.push(await calls());
    }
    expect(counts).toEqual([0, 0, 1, 2]);
  });

  test('rejects a wrong option, and keeps what there was', async () => {
    const { options, calls, records } = createPlace();
    const { instrumentation, client } = await setUp(options);
    const config = instrumentation.getConfig();
    for (const wrong of [{ attemptSpan: true }, { models: [''] }, { enabled: 'no' }, { logger: {} }]) {
      expect(() => instrumentation.setConfig(wrong as never)).toThrow(TypeError);
    }
    expect(instrumentation.getConfig()).toBe(config);
    await client.messages.create(HELLO);
    expect([await calls(), records.length]).toEqual([1, 1]);
  });
});
