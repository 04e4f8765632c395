/** A real Prometheus and a real Alertmanager with the shipped rules, every second where production has every 15 or 30. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { DEFAULT_CONFIG } from '../../alerts/src/config.ts';
import { alertmanagerConfig } from '../../alerts/src/routing.ts';
import { findPrometheusTools } from '../prometheus-tools.ts';
import { type Child, freePort, start, waitForUrl } from './processes.ts';

const ALERTS = fileURLToPath(new URL('../../alerts/', import.meta.url));

/** A service to scrape. */
export interface Target {
  readonly job: string;
  readonly port: number;
}

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
  /** Lines that the two wrote at level warning or above. */
  warnings(): string[];
  cleanUp(): Promise<void>;
}

/** Starts Prometheus and Alertmanager. `webhookUrl` gets the notifications. */
export async function startMonitoring(
  targets: readonly Target[],
  webhookUrl: string,
  onProgress: (line: string) => void,
): Promise<Monitoring> {
  const tools = await findPrometheusTools(onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'anthropic-otel-demo-'));
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  const alertmanagerUrl = `http://127.0.0.1:${alertmanagerPort}`;

  const times = { group_wait: '0s', group_interval: '1s', repeat_interval: '1h' } as const;
  await cp(join(ALERTS, 'templates'), join(folder, 'templates'), { recursive: true, force: true }).catch(
    () => {},
  );
  await writeFile(
    join(folder, 'alertmanager.yaml'),
    stringify(alertmanagerConfig(DEFAULT_CONFIG, { webhookUrl, times })),
  );
  await writeFile(
    join(folder, 'prometheus.yaml'),
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(ALERTS, 'anthropic.rules.yaml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
      scrape_configs: targets.map(({ job, port }) => ({
        job_name: job,
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      })),
    }),
  );

  const alertmanager = start(tools.alertmanager, [
    `--config.file=${join(folder, 'alertmanager.yaml')}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
    '--cluster.listen-address=',
  ]);
  const prometheus = start(tools.prometheus, [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
    '--rules.alert.resend-delay=1s',
  ]);
  await waitForUrl(`${alertmanagerUrl}/-/ready`, alertmanager);
  await waitForUrl(`${prometheusUrl}/-/ready`, prometheus);
  return {
    prometheusUrl,
    alertmanagerUrl,
    query: (expression) => queryNumber(prometheusUrl, expression),
    alerts: async () => {
      const { alerts } = (await get(`${prometheusUrl}/api/v1/alerts`)) as { alerts: ActiveAlert[] };
      return alerts;
    },
    warnings: () => [prometheus, alertmanager].flatMap(warnings),
    cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function warnings({ errors }: Child): string[] {
  return errors.filter((line) => /level=(warn|error)/.test(line));
}

async function queryNumber(url: string, expression: string): Promise<number> {
  const data = (await get(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
    result: { value: [number, string] }[];
  };
  return Number(data.result[0]?.value[1] ?? 0);
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url);
  const body = (await response.json()) as { status: string; data: unknown; error?: string };
  if (body.status !== 'success') throw new Error(`${url}: ${body.error}`);
  return body.data;
}
