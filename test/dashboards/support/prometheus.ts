/** A real Prometheus that scrapes every second, with the shipped rules. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { findPrometheusTools } from '../../../scripts/prometheus-tools.ts';
import { rulesYaml } from '../../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../../src/mixin/alerts/config.ts';

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time in seconds and value. */
  readonly values: readonly (readonly [number, number])[];
}

/** A running Prometheus. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** @throws with the message of Prometheus when it refuses the query. */
  instant(expr: string, time: number): Promise<Series[]>;
  range(expr: string, from: number, to: number, step: number): Promise<Series[]>;
}

/** Starts a Prometheus that scrapes `targets`, ports by instance, as the job `app`. */
export async function startPrometheus(targets: Readonly<Record<string, number>>): Promise<Prometheus> {
  const { prometheus } = await findPrometheusTools();
  const folder = await mkdtemp(join(tmpdir(), 'dashboards-'));
  const port = await freePort();
  await writeFile(join(folder, 'rules.yaml'), rulesYaml(DEFAULT_CONFIG));
  await writeFile(join(folder, 'prometheus.yaml'), stringify(config(targets)));
  const child = spawn(
    prometheus,
    [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok; tries++) {
    if (tries > 200) throw new Error('Prometheus does not start');
    await sleep(50);
  }
  // Targets are first scraped, and rules first evaluated, some seconds after Prometheus is ready.
  for (const expr of ['up', 'ALERTS{alertname="AnthropicWatchdog"}']) {
    while ((await ask(url, 'query', { query: expr })).length === 0) await sleep(100);
  }
  return {
    url,
    instant: (query, time) => ask(url, 'query', { query, time: String(time) }),
    range: (query, start, end, step) =>
      ask(url, 'query_range', { query, start: String(start), end: String(end), step: String(step) }),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function config(targets: Readonly<Record<string, number>>): object {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      {
        job_name: 'app',
        static_configs: Object.entries(targets).map(([instance, port]) => ({
          targets: [`127.0.0.1:${port}`],
          labels: { instance },
        })),
      },
    ],
  };
}

async function ask(url: string, path: string, parameters: Record<string, string>): Promise<Series[]> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  const answer = (await response.json()) as {
    status: string;
    error?: string;
    data?: {
      result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
    };
  };
  if (answer.status !== 'success') throw new Error(answer.error);
  return (answer.data?.result ?? []).map(({ metric, value, values }) => ({
    metric,
    values: (values ?? (value ? [value] : [])).map(([time, number]) => [time, Number(number)] as const),
  }));
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
