/** The gauges on each way out of the process. */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test, vi } from 'vitest';
import { mergePages } from '../../src/register/endpoint/merge.ts';
import { createScene, type Scene } from './scene.ts';

afterEach(() => vi.restoreAllMocks());

/** Attempts that fail with 401, and two server errors in a row. */
function fail(scene: Scene, calls: number): void {
  for (let n = 0; n < calls; n++) {
    for (const status of [401, 500, 500]) {
      const call = scene.start();
      scene.fail(call, call.beginAttempt('POST', 'u'), status);
      call.end({ outcome: 'error', status, usage: {} });
    }
  }
}

test('pushed with delta temporality they state the same each time', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const scene = createScene({ meterProvider });
  fail(scene, 3);
  const pushes = [];
  for (let push = 0; push < 3; push++) {
    exporter.reset();
    await meterProvider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
    const recent = metrics.filter(({ descriptor }) => /recent_attempts|_failing/.test(descriptor.name));
    pushes.push(
      recent
        .flatMap(({ dataPoints }) => (dataPoints as DataPoint<number>[]).map(({ value }) => value))
        .sort(),
    );
  }
  expect(pushes).toEqual([
    [1, 3, 6],
    [1, 3, 6],
    [1, 3, 6],
  ]);
  await meterProvider.shutdown();
});

test('on the page of several processes each has its own series', async () => {
  const pages = [];
  for (const [slot, calls] of [3, 5, 7].entries()) {
    const reader = new PrometheusExporter({ preventServerStart: true });
    fail(createScene({ meterProvider: new MeterProvider({ readers: [reader] }) }), calls);
    pages.push({
      slot,
      text: new PrometheusSerializer().serialize((await reader.collect()).resourceMetrics),
    });
  }
  const lines = mergePages(pages).split('\n');
  const valuesOf = (name: string, label: string): number[] =>
    lines
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .map((line) => Number(line.split(' ').at(-1)));
  expect(valuesOf('anthropic_client_recent_attempts', 'kind="server_error"')).toEqual([6, 10, 14]);
  expect(valuesOf('anthropic_client_recent_attempts', 'anthropic_process="2"')).toEqual([7, 14]);
  expect(valuesOf('anthropic_client_authentication_failing', 'http_route')).toEqual([1, 1, 1]);
  expect(new Set(lines.filter((line) => line.includes('recent_'))).size).toBe(
    lines.filter((line) => line.includes('recent_')).length,
  );
});
