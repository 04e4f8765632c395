/** A healthy stack: an application with telemetry, and a Prometheus and an Alertmanager with what `export` wrote. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { type Child, freePort, ROOT, start, stop, waitForUrl } from '../../../dev/processes.ts';
import { type Prometheus, startPrometheus } from '../../../dev/prometheus.ts';
import { findPrometheusTools } from '../../../dev/prometheus-tools.ts';
import { startWebhook, type Webhook } from '../../../dev/webhook.ts';
import { type AnthropicServer, startAnthropicServer } from '../../../src/testing/index.ts';
import { startServer } from '../../helpers/process.ts';

/** By default Prometheus sends an alert to Alertmanager again after a minute, and shows a series for 5 minutes after its last sample. */
export const PROMETHEUS_ARGUMENTS: readonly string[] = [
  '--rules.alert.resend-delay=1s',
  '--query.lookback-delta=5s',
];

/** An Alertmanager that was started. */
export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
}

/** Starts an Alertmanager with the configuration in `file`. */
export async function startAlertmanager(file: string): Promise<Alertmanager> {
  const { alertmanager } = await findPrometheusTools();
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const address = `127.0.0.1:${await freePort()}`;
  const child = start(alertmanager, [
    `--config.file=${file}`,
    `--storage.path=${folder}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
  const url = `http://${address}`;
  await waitForUrl(`${url}/-/ready`, child);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await stop(child.process);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs `anthropic-otel export` in `folder`. */
function exportTo(folder: string): void {
  execFileSync(process.execPath, [join(ROOT, 'dist/cli/cli.mjs'), 'export'], { cwd: folder, stdio: 'pipe' });
}

/** Everything running. */
export interface Stack extends AsyncDisposable {
  readonly api: AnthropicServer;
  readonly metrics: string;
  /** Where the application takes questions. */
  readonly app: string;
  readonly prometheus: Prometheus;
  /** The configuration that Prometheus runs with. */
  readonly prometheusConfig: Record<string, unknown>;
  readonly alertmanager: Alertmanager;
  readonly webhook: Webhook;
  /** The configuration of this package, as JSON. */
  readonly config: string;
  /** What `export` wrote. */
  readonly folder: string;
}

/** Starts the ordinary small application of the demo, under `register`. */
export async function startApplication(
  api: AnthropicServer,
  after: readonly string[] = [],
  before: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{
  child: Child;
  app: string;
  metrics: string;
}> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const child = start(
    process.execPath,
    [...before, '--import', 'anthropic-otel/register', ...after, 'deploy/app.mjs'],
    {
      cwd: ROOT,
      env: {
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: api.url,
        PORT: String(port),
        OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
        OTEL_SERVICE_NAME: 'chat',
        ...env,
      },
    },
  );
  const metrics = `http://localhost:${metricsPort}/metrics`;
  await waitForUrl(metrics, child);
  await waitForUrl(`http://127.0.0.1:${port}/?question=Why?`, child);
  return { child, app: `http://127.0.0.1:${port}`, metrics };
}

/** Starts the stack. */
export async function startStack(): Promise<Stack> {
  const api = await startAnthropicServer({ retryAfterMs: 1 });
  const webhook = await startWebhook();
  const { child, app, metrics } = await startApplication(api);
  const folder = await mkdtemp(join(tmpdir(), 'anthropic-otel-stack-'));
  const target = new URL(metrics).host;
  const config = (alertmanager: string): string =>
    JSON.stringify({
      receivers: { webhook: webhook.url },
      prometheus: { job: 'chat', targets: [target], alertmanagers: [alertmanager], interval: '1s' },
    });
  await writeFile(join(folder, 'anthropic-otel.config.json'), config('localhost:9093'));
  exportTo(folder);
  const alertmanager = await startAlertmanager(join(folder, 'monitoring/alertmanager/alertmanager.yaml'));
  const text = config(new URL(alertmanager.url).host);
  await writeFile(join(folder, 'anthropic-otel.config.json'), text);
  exportTo(folder);
  // Some groups are evaluated once a minute; here, everything is once a second.
  const rules = join(folder, 'monitoring/alerts/anthropic.rules.yaml');
  await writeFile(rules, (await readFile(rules, 'utf8')).replaceAll('interval: 1m', 'interval: 1s'));
  const prometheusConfig = {
    ...(parse(await readFile(join(folder, 'monitoring/prometheus.yaml'), 'utf8')) as object),
    rule_files: [rules],
  };
  const prometheus = await startPrometheus({
    config: prometheusConfig,
    args: PROMETHEUS_ARGUMENTS,
  });
  return {
    api,
    app,
    metrics,
    prometheus,
    prometheusConfig,
    alertmanager,
    webhook,
    config: text,
    folder,
    async [Symbol.asyncDispose]() {
      await prometheus[Symbol.asyncDispose]();
      await alertmanager[Symbol.asyncDispose]();
      await stop(child.process);
      webhook.close();
      await api.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Resolves when `condition` holds.
 * @throws Error after two minutes
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(100)) {
    if (await condition()) return;
  }
  throw new Error(`not within two minutes: ${condition}`);
}

/** A proxy of `target` that changes what passes, and ends with the test. */
export function startProxy(
  target: string,
  change: (response: { path: string; text: string; date: string | null }) => { text?: string; date?: string },
): Promise<string> {
  return startServer(async (request, response) => {
    const path = request.url ?? '/';
    const original = await fetch(`${target}${path}`);
    const text = await original.text();
    const date = original.headers.get('date');
    const changed = change({ path, text, date });
    response.setHeader('content-type', original.headers.get('content-type') ?? 'text/plain');
    if (changed.date ?? date) response.setHeader('date', changed.date ?? date ?? '');
    response.writeHead(original.status).end(changed.text ?? text);
  });
}
