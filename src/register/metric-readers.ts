/**
 * The push metric readers of `register`. NodeSDK creates its own readers from `OTEL_METRICS_EXPORTER`, but its Prometheus server
 * keeps the process alive while a scraper keeps its connection. The two cannot be combined, because readers that are passed in
 * replace those of the variable.
 */
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { requireFromSdk } from './sdk-packages.ts';
import type { MetricsSettings } from './settings.ts';

type Reader = NonNullable<NodeSDKConfiguration['metricReaders']>[number];
type Constructor = new (options?: object) => Reader;

/** The packages, by the protocol in `OTEL_EXPORTER_OTLP_PROTOCOL`. */
const OTLP_PACKAGES = {
  grpc: '@opentelemetry/exporter-metrics-otlp-grpc',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
} as const;

/** The push readers that `settings` request. */
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
