/** Provides the metrics of this process in the Prometheus text format. */
import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { requirePackage } from '../sdk-packages.ts';

/** A metric reader, and its metrics as text. */
export interface TextReader {
  readonly reader: PrometheusExporter;
  collect(): Promise<string>;
}

/** Creates a reader without the exporter's own server, because connections that a scraper keeps open would keep the process alive. */
export function createTextReader(): TextReader {
  const { PrometheusExporter, PrometheusSerializer } = requirePackage(
    '@opentelemetry/exporter-prometheus',
  ) as unknown as typeof import('@opentelemetry/exporter-prometheus');
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('');
  return {
    reader,
    async collect() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}
