import { DiagLogLevel, diag, type Meter, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import {
  type Sampler,
  TracerProvider as SdkTracerProvider,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTracing } from '../../dev/telemetry.ts';
import type { Logger, TelemetryOptions } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { collect, type Harness, HELLO, rejection, startHarness } from '../helpers/harness.ts';

const fail = (): never => {
  throw new Error('telemetry is broken');
};

/** Calls of every kind give the application what they always give. */
async function expectUnharmed(harness: Harness): Promise<void> {
  const { client, server } = harness;
  server.plan([respond.error(529), respond.ok({ text: 'fine' })]);
  expect(await client.messages.create(HELLO)).toMatchObject({ content: [{ text: 'fine' }] });
  server.plan([respond.ok({ text: 'streamed' })]);
  expect(await client.messages.stream(HELLO).finalText()).toBe('streamed');
  server.plan([respond.error(404)]);
  expect(await rejection(client.messages.create(HELLO))).toMatchObject({ status: 404 });
  server.plan([respond.sseError('api_error')]);
  const stream = await client.messages.create({ ...HELLO, stream: true });
  expect(await rejection(collect(stream))).toMatchObject({ type: 'api_error' });
  expect(server.sent.attempts).toBe(5);
}

/** A proxy of `target` in which each method named in `names` throws. */
function broken<Target extends object>(target: Target, ...names: string[]): Target {
  return new Proxy(target, {
    get(object, key) {
      if (names.includes(String(key))) return fail;
      const value = Reflect.get(object, key);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

afterEach(() => diag.disable());

describe('telemetry that fails never harms a call', () => {
  test('a logger that throws is counted, once for each line that is lost', async () => {
    const logger: Logger = { info: fail, warn: fail, error: fail };
    const harness = await startHarness({ telemetry: { logger } });
    await expectUnharmed(harness);
    const stage = { 'anthropic.telemetry.stage': 'logs' };
    // Four calls end, one attempt is retried, and the failed stream exhausts its call.
    expect(await harness.metric('anthropic.telemetry.errors', stage)).toBe(6);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('a sampler that throws costs spans and nothing else', async () => {
    const sampler: Sampler = { shouldSample: fail, toString: () => 'broken' };
    const harness = await startHarness({ sampler });
    await expectUnharmed(harness);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
    expect(await harness.metric('anthropic.client.attempts')).toBe(5);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(
      await harness.metric('anthropic.telemetry.errors', { 'anthropic.telemetry.stage': 'spans' }),
    ).toBeGreaterThan(0);
  });

  test.each([
    ['that throws as a span starts', { onStart: fail, onEnd: () => {} }],
    ['that throws as a span ends', { onStart: () => {}, onEnd: fail }],
  ])('a span processor %s costs spans and nothing else', async (_title, hooks) => {
    const processor = { ...hooks, forceFlush: async () => {}, shutdown: async () => {} };
    const tracerProvider = new SdkTracerProvider({ spanProcessors: [processor] });
    const harness = await startHarness({ telemetry: { tracerProvider } });
    await expectUnharmed(harness);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(harness.events()).toContain('anthropic.call');
  });

  test('an exporter that throws costs spans and nothing else', async () => {
    const exporter: SpanExporter = { export: fail, shutdown: async () => {} };
    const tracerProvider = new SdkTracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const harness = await startHarness({ telemetry: { tracerProvider } });
    await expectUnharmed(harness);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
    expect(await harness.metric('anthropic.client.attempts')).toBe(5);
  });

  test('a tracer provider that throws costs spans and nothing else', async () => {
    const tracerProvider: TracerProvider = { getTracer: fail };
    const harness = await startHarness({ telemetry: { tracerProvider } });
    await expectUnharmed(harness);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
  });

  test('spans whose methods throw cost spans and nothing else', async () => {
    const { provider } = createTracing();
    const tracerProvider: TracerProvider = {
      getTracer: (name, version) => {
        const tracer = provider.getTracer(name, version);
        return new Proxy(tracer, {
          get: (object, key) =>
            key === 'startSpan'
              ? (...args: Parameters<typeof tracer.startSpan>) =>
                  broken(object.startSpan(...args), 'setAttribute', 'setAttributes', 'setStatus', 'end')
              : Reflect.get(object, key),
        });
      },
    };
    const harness = await startHarness({ telemetry: { tracerProvider } });
    await expectUnharmed(harness);
    expect(await harness.metric('anthropic.client.calls')).toBe(4);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBeGreaterThan(0);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('a meter whose instruments throw leaves spans and logs', async () => {
    const meterProvider: MeterProvider = { getMeter: () => ({}) as Meter };
    const harness = await startHarness({ telemetry: { meterProvider } });
    await expectUnharmed(harness);
    expect(harness.callSpans()).toHaveLength(4);
    expect(harness.attemptSpans()).toHaveLength(5);
    expect(harness.events().filter((event) => event === 'anthropic.call')).toHaveLength(4);
  });

  test('a meter provider that throws leaves spans and logs', async () => {
    const harness = await startHarness({ telemetry: { meterProvider: { getMeter: fail } } });
    await expectUnharmed(harness);
    expect(harness.callSpans()).toHaveLength(4);
    expect(harness.events().filter((event) => event === 'anthropic.call')).toHaveLength(4);
  });

  test('diagnostics hear of the first failure of each kind, and may fail themselves', async () => {
    const warn = vi.fn(fail);
    const quiet = (): void => {};
    diag.setLogger(
      { warn, error: quiet, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const telemetry: TelemetryOptions = { logger: { info: fail, warn: fail, error: fail } };
    const harness = await startHarness({ telemetry });
    await expectUnharmed(harness);
    const ours = warn.mock.calls.filter(([message]: unknown[]) =>
      String(message).startsWith('anthropic-otel'),
    );
    expect(ours).toHaveLength(1);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(6);
  });
});
