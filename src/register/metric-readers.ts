/**
 * The metric readers of `register`. NodeSDK makes its own from `OTEL_METRICS_EXPORTER`, but its Prometheus server keeps the process as long
 * as a scraper keeps its connection, and is all or nothing: readers that are given replace those of the variable.
 */
import { isMainThread } from 'node:worker_threads';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { describe } from './diagnostics.ts';
import { createPrometheusExporter } from './prometheus.ts';
import { requireFromSdk } from './sdk-packages.ts';
import type { MetricsSettings } from './settings.ts';

type Reader = NonNullable<NodeSDKConfiguration['metricReaders']>[number];
type Constructor = new (options?: object) => Reader;

/** By the protocol of `OTEL_EXPORTER_OTLP_PROTOCOL`. */
const OTLP_PACKAGES = {
  grpc: '@opentelemetry/exporter-metrics-otlp-grpc',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
} as const;

/** The readers that `settings` ask for. `warn` is told of a port that is taken. */
export function createMetricReaders(settings: MetricsSettings, warn: (message: string) => void): Reader[] {
  const readers: Reader[] = [];
  // The endpoint is the main thread's. Metrics of worker threads need a push exporter.
  if (settings.prometheus && isMainThread) {
    const { host, port } = settings.prometheus;
    readers.push(
      createPrometheusExporter(settings.prometheus, (problem) =>
        warn(
          `no Prometheus endpoint on ${host}:${port}: ${describe(problem)}. ` +
            'Set OTEL_EXPORTER_PROMETHEUS_PORT to a free port. The application is not affected.',
        ),
      ),
    );
  }
  if (settings.otlp) {
    const { OTLPMetricExporter } = requireFromSdk(OTLP_PACKAGES[settings.otlp]);
    readers.push(periodic(OTLPMetricExporter, settings));
  }
  if (settings.console) {
    const { ConsoleMetricExporter } = requireFromSdk('@opentelemetry/sdk-metrics');
    readers.push(periodic(ConsoleMetricExporter, settings));
  }
  return readers;
}

function periodic(exporter: unknown, { interval, timeout }: MetricsSettings): Reader {
  const { PeriodicExportingMetricReader } = requireFromSdk('@opentelemetry/sdk-metrics');
  return new (PeriodicExportingMetricReader as Constructor)({
    exporter: new (exporter as Constructor)(),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(timeout, interval),
  });
}
