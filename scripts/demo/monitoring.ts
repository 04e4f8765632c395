/** The Prometheus and the Alertmanager of `docker-compose.yml`, with the rules and routing that it mounts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askPrometheus, queryNumber } from '../prometheus-api.ts';
import { findPrometheusTools } from '../prometheus-tools.ts';
import { type Addresses, argumentsOf, composeService } from './compose.ts';
import { type Child, freePort, start, waitForUrl } from './processes.ts';
import { placeConfigurations } from './shipped-config.ts';

/** An alert as Prometheus has it. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

/** The running monitoring. */
export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** The value of a query with one result; 0 when it has none. */
  query(expression: string): Promise<number>;
  alerts(): Promise<ActiveAlert[]>;
  /** Resolves when every one of `jobs` has been scraped. */
  scraped(jobs: readonly string[]): Promise<void>;
  /** Lines that the two wrote at level warning or above. */
  warnings(): string[];
  cleanUp(): Promise<void>;
}

/** Starts both. `services` are the addresses of what the stack scrapes and notifies. */
export async function startMonitoring(
  services: Addresses,
  onProgress: (line: string) => void,
): Promise<Monitoring> {
  const tools = await findPrometheusTools(onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'anthropic-otel-demo-'));
  const prometheusAddress = `127.0.0.1:${await freePort()}`;
  const alertmanagerAddress = `127.0.0.1:${await freePort()}`;
  const prometheusUrl = `http://${prometheusAddress}`;
  const alertmanagerUrl = `http://${alertmanagerAddress}`;
  const addresses = {
    ...services,
    'alertmanager:9093': alertmanagerAddress,
    'localhost:9093': alertmanagerAddress,
    'localhost:9090': prometheusAddress,
  };
  await placeConfigurations(folder, addresses);
  const alertmanager = start(tools.alertmanager, [
    ...argumentsOf(await composeService('alertmanager'), addresses, folder),
    `--web.listen-address=${alertmanagerAddress}`,
  ]);
  const prometheus = start(tools.prometheus, [
    ...argumentsOf(await composeService('prometheus'), addresses, folder),
    `--web.listen-address=${prometheusAddress}`,
    // By default Alertmanager is told of an alert again after a minute.
    '--rules.alert.resend-delay=1s',
  ]);
  await waitForUrl(`${alertmanagerUrl}/-/ready`, alertmanager);
  await waitForUrl(`${prometheusUrl}/-/ready`, prometheus);
  return {
    prometheusUrl,
    alertmanagerUrl,
    query: (expression) => queryNumber(prometheusUrl, expression),
    alerts: async () => {
      const { alerts } = (await askPrometheus(prometheusUrl, 'alerts')) as { alerts: ActiveAlert[] };
      return alerts;
    },
    async scraped(jobs) {
      const up = `count(up{job=~"${jobs.join('|')}"} == 1)`;
      while ((await queryNumber(prometheusUrl, up)) < jobs.length) await sleep(100);
    },
    warnings: () => [prometheus, alertmanager].flatMap(warnings),
    cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function warnings({ errors }: Child): string[] {
  return errors.filter((line) => /level=(warn|error)/.test(line));
}
