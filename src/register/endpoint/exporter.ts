/** The metrics of this process in the text format of Prometheus. */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

/** A metric reader, and the text of what it reads. */
export interface TextReader {
  readonly reader: PrometheusExporter;
  collect(): Promise<string>;
}

/** A reader without the exporter's own server: connections that a scraper keeps open would keep the process alive. */
export function createTextReader(): TextReader {
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
