/** The Prometheus endpoint of `register`. */
import { createServer } from 'node:http';
import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { requirePackage } from './sdk-packages.ts';

/**
 * An exporter whose metrics are served at `/metrics` on `host`:`port`. A port that is taken is reported to `onError`, and the
 * application goes on without the endpoint.
 *
 * The exporter's own server is not used: connections that a scraper keeps open would keep the process alive.
 */
export function createPrometheusExporter(
  { host, port }: { readonly host: string; readonly port: number },
  onError: (problem: unknown) => void,
): PrometheusExporter {
  const { PrometheusExporter: Exporter } = requirePackage('@opentelemetry/exporter-prometheus') as {
    PrometheusExporter: typeof PrometheusExporter;
  };
  const exporter = new Exporter({ preventServerStart: true });
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] === '/metrics') exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end('Not found. Metrics are at /metrics.\n');
  });
  server.on('connection', (socket) => socket.unref());
  server.once('error', onError);
  server.listen(port, host).unref();
  return exporter;
}
