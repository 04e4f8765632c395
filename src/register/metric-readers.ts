/**
 * The metric readers of `register` that push. NodeSDK makes its own from `OTEL_METRICS_EXPORTER`, but its Prometheus server keeps the process as
 * long as a scraper keeps its connection, and is all or nothing: readers that are given replace those of the variable.
 */
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
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

/** The readers that push what `settings` ask for. */
export function createPushReaders(settings: MetricsSettings): Reader[] {
  const readers: Reader[] = [];
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
