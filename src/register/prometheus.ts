/** The Prometheus endpoint of `register`. */
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/**
 * An exporter that serves `/metrics` on `host`:`port`. A port that is taken is reported to `onError`, and the application
 * goes on without the endpoint.
 */
export function createPrometheusExporter(
  { host, port }: { readonly host: string; readonly port: number },
  onError: (problem: unknown) => void,
): PrometheusExporter {
  const exporter = new PrometheusExporter({ host, port, preventServerStart: true });
  exporter.startServer().catch(onError);
  return exporter;
}
