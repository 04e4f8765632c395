/** `register` beside an OpenTelemetry SDK of the application: neither takes anything from the other, whichever comes first. */
import { describe, expect, test } from 'vitest';
import { createApp, freePort, run } from '../helpers/process.ts';

const REGISTER = 'anthropic-otel/register';

/** An SDK with a context manager, a propagator, spans and metrics of its own. */
const SETUP = `
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemoryMetricExporter, PeriodicExportingMetricReader, AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
export const spans = new InMemorySpanExporter();
export const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 60_000 });
const processor = new SimpleSpanProcessor({ exporter: spans });
export const start = () => new NodeSDK({ spanProcessors: [processor], metricReaders: [reader], instrumentations: [] }).start();
export async function report(port) {
  await Promise.all([processor.forceFlush(), reader.forceFlush()]);
  const page = await (await fetch('http://localhost:' + port + '/metrics')).text();
  const own = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics)).map(({ descriptor }) => descriptor.name);
  const carrier = {};
  propagation.inject(trace.setSpanContext(context.active(), { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }), carrier);
  console.log(JSON.stringify({
    spans: spans.getFinishedSpans().map(({ name }) => name).sort(),
    parents: spans.getFinishedSpans().filter(({ parentSpanContext }) => parentSpanContext).length,
    own,
    propagates: Object.keys(carrier),
    calls: [...page.matchAll(/^anthropic_client_calls_total\\{.*outcome="ok".*\\} (\\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0),
    ofOthers: /^app_work/m.test(page),
  }));
}
`;

const APP = (before: string): string => `
import Anthropic from '@anthropic-ai/sdk';
import { metrics, trace } from '@opentelemetry/api';
import { startAnthropicServer } from 'anthropic-otel/testing';
import { report, start } from './setup.mjs';
const server = await startAnthropicServer();
const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key', logLevel: 'off' });
const call = () => client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
${before}
metrics.getMeter('app').createCounter('app.work').add(1);
await trace.getTracer('app').startActiveSpan('work', async (span) => {
  await call();
  span.end();
});
await report(process.env.OTEL_EXPORTER_PROMETHEUS_PORT);
await server.close();
`;

const PRELOAD = `import { start } from './setup.mjs'; start();`;
const SPANS = ['POST', 'anthropic.messages.create', 'work'];

describe.each(['none', 'console'])('with OTEL_TRACES_EXPORTER=%s', (exporter) => {
  test.each([
    ['before register', ['--import', './preload.mjs', '--import', REGISTER], '', 1],
    ['after register', ['--import', REGISTER, '--import', './preload.mjs'], '', 1],
    ['when the application runs', ['--import', REGISTER], 'start();', 1],
    ['after its first call', ['--import', REGISTER], 'await call(); start();', 2],
  ])('an SDK that starts %s keeps its spans, metrics and propagation', async (_, flags, before, calls) => {
    const folder = createApp({ 'setup.mjs': SETUP, 'preload.mjs': PRELOAD, 'app.mjs': APP(before) });
    const ended = await run(folder, [...flags, 'app.mjs'], {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
      OTEL_TRACES_EXPORTER: exporter,
      ANTHROPIC_OTEL_LOG: 'none',
    });
    expect(ended).toMatchObject({ code: 0, warnings: [] });
    const reported = JSON.parse(ended.stdout.split('\n').find((line) => line.startsWith('{"spans"')) ?? '{}');
    expect(reported).toEqual({
      spans: SPANS,
      parents: 2,
      own: ['app.work'],
      propagates: ['traceparent'],
      calls,
      ofOthers: false,
    });
  });
});
