/** Lets Prometheus scrape a fleet, so that its series are where those of a running fleet are: in memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prometheus } from '../../dev/prometheus.ts';
import { METRICS } from '../../src/signals/catalogue.ts';
import { prometheusName } from '../../src/signals/metric-definition.ts';
import type { Fleet } from './fleet.ts';

/**
 * Scrapes each process of `fleet` once, spread over `seconds`; takes longer where the machine is too slow.
 * `onProgress` gets how many were scraped.
 */
export async function scrape(
  prometheus: Prometheus,
  fleet: Fleet,
  seconds: number,
  onProgress: (scraped: number) => void,
): Promise<void> {
  const served = new Set<string>();
  const server = createServer((request, response) => {
    const [, process = ''] = request.url?.split('process=') ?? [];
    // Prometheus 3 asks for the type.
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(served.has(process) ? '' : fleet.page(Number(process)));
    served.add(process);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const targets = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
  try {
    await prometheus.configure({
      global: { scrape_interval: `${seconds}s`, scrape_timeout: `${seconds}s` },
      scrape_configs: [
        {
          job_name: 'fleet',
          honor_labels: true,
          static_configs: Array.from({ length: fleet.processes }, (_, process) => ({
            targets,
            labels: { __param_process: String(process), instance: `process-${process}` },
          })),
        },
      ],
    });
    const began = Date.now();
    for (let scraped = 0; scraped < fleet.processes; ) {
      await sleep(5000);
      scraped = await prometheus.number(`count(${prometheusName(METRICS.startTime)})`);
      onProgress(scraped);
      if (Date.now() - began > 3 * seconds * 1000 + 60_000) {
        throw new Error(`only ${scraped} of ${fleet.processes} processes could be scraped`);
      }
    }
  } finally {
    await prometheus.configure({});
    server.close();
    server.closeAllConnections();
  }
}
