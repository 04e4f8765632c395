/** The Prometheus and the Alertmanager of `docker-compose.yml`, with the rules and routing that it mounts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, freePort, start, waitForUrl } from '../processes.ts';
import { type PrometheusApi, prometheusApi } from '../prometheus.ts';
import { findPrometheusTools } from '../prometheus-tools.ts';
import { type Addresses, argumentsOf, composeService } from './compose.ts';
import { placeConfigurations } from './shipped-config.ts';

/** An alert as Prometheus has it. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

/** The running monitoring. */
export interface Monitoring {
  readonly prometheus: PrometheusApi;
  readonly alertmanagerUrl: string;
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
  const api = prometheusApi(`http://${prometheusAddress}`);
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
    // By default Prometheus sends an alert to Alertmanager again after a minute.
    '--rules.alert.resend-delay=1s',
  ]);
  await waitForUrl(`${alertmanagerUrl}/-/ready`, alertmanager);
  await waitForUrl(`${api.url}/-/ready`, prometheus);
  return {
    prometheus: api,
    alertmanagerUrl,
    alerts: async () => {
      const { alerts } = (await api.get('alerts')) as { alerts: ActiveAlert[] };
      return alerts;
    },
    async scraped(jobs) {
      const up = `count(up{job=~"${jobs.join('|')}"} == 1)`;
      while ((await api.number(up)) < jobs.length) await sleep(100);
    },
    warnings: () => [prometheus, alertmanager].flatMap(warnings),
    cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function warnings({ errors }: Child): string[] {
  return errors.filter((line) => /level=(warn|error)/.test(line));
}
