/** Each finding of doctor is found where exactly that is broken; a healthy stack has none. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { stop } from '../../dev/processes.ts';
import { freePort, ROOT } from '../helpers/process.ts';
import { cli, createFolder } from './support/cli.ts';
import { startGrafanaApi } from './support/grafana-api.ts';
import {
  type Alertmanager,
  type Stack,
  startAlertmanager,
  startApplication,
  startProxy,
  startServer,
  startStack,
  until,
} from './support/stack.ts';

const ENV = { GRAFANA_TOKEN: 'glsa_test' };
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await until(async () => (await stack.prometheus.number('anthropic_client_start_time')) > 0);
  await until(async () => stack.webhook.notifications.some(({ alert }) => alert === 'AnthropicWatchdog'));
}, 120_000);

afterAll(async () => await stack?.[Symbol.asyncDispose](), 30_000);

/** The names of the findings, each with its text. */
async function findings(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ id: string; problem: string; fix: string }[]> {
  const folder = createFolder({ 'anthropic-otel.config.json': stack.config, ...files });
  const ended = await cli(folder, ['doctor', '--json', ...args], ENV);
  const result = JSON.parse(ended.stdout) as { findings: { id: string; problem: string; fix: string }[] };
  expect(ended.code).toBe(result.findings.length > 0 ? 1 : 0);
  return result.findings;
}

async function found(
  args: readonly string[],
  files?: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const all = await findings(args, files);
  for (const { problem, fix } of all) expect([problem, fix].every((text) => text.length > 20)).toBe(true);
  return [...new Set(all.map(({ id }) => id))];
}

/** Installed packages, as doctor reads them. */
function installed(packages: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(packages).map(([path, version]) => [
      `${path}/package.json`,
      JSON.stringify({ name: path.split('node_modules/').at(-1), version }),
    ]),
  );
}

const HEALTHY_PACKAGES = {
  'node_modules/@anthropic-ai/sdk': '1.11.0',
  'node_modules/anthropic-otel': '0.1.0',
  'node_modules/@opentelemetry/api': '1.10.0',
  'node_modules/@opentelemetry/sdk-metrics': '3.1.1',
};

test('a healthy stack has no finding, and nothing is printed', async () => {
  const grafana = await startGrafanaApi();
  const folder = createFolder({
    'anthropic-otel.config.json': stack.config,
    ...installed(HEALTHY_PACKAGES),
    'package.json': '{"dependencies":{"anthropic-otel":"1"}}',
  });
  await cli(folder, ['push', '--grafana', grafana.url], ENV);
  const addresses = {
    '--metrics': stack.metrics,
    '--prometheus': stack.prometheus.url,
    '--alertmanager': stack.alertmanager.url,
    '--grafana': grafana.url,
  };
  const ended = await cli(folder, ['doctor', ...Object.entries(addresses).flat()], ENV);
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(ended.stderr).toContain('Nothing is wrong');
});

test('prints each finding with its name and what to do', async () => {
  const folder = createFolder(installed({ 'node_modules/anthropic-otel': '0.1.0' }));
  const ended = await cli(folder, ['doctor']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe(
    '✗ @anthropic-ai/sdk is not installed here. [sdk-missing]\n' +
      '  Install it with: npm install @anthropic-ai/sdk. Or run doctor in the folder of the application.\n',
  );
});

describe('packages', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['sdk-missing', { 'node_modules/@anthropic-ai/sdk': undefined }],
    ['sdk-version', { 'node_modules/@anthropic-ai/sdk': '0.38.0' }],
    ['sdk-version', { 'node_modules/@anthropic-ai/sdk': '2.0.0' }],
    ['sdk-duplicates', { 'node_modules/@langchain/anthropic/node_modules/@anthropic-ai/sdk': '0.122.0' }],
    [
      'sdk-duplicates',
      { 'node_modules/.pnpm/@anthropic-ai+sdk@0.122.0/node_modules/@anthropic-ai/sdk': '0.122.0' },
    ],
    ['package-duplicates', { 'node_modules/worker/node_modules/anthropic-otel': '0.0.9' }],
    ['opentelemetry-api-duplicates', { 'node_modules/worker/node_modules/@opentelemetry/api': '1.9.0' }],
    ['opentelemetry-sdk-version', { 'node_modules/@opentelemetry/sdk-metrics': '1.30.0' }],
  ])('%s, with %j', async (id, change) => {
    const packages = Object.entries({ ...HEALTHY_PACKAGES, ...change }).filter(([, version]) => version);
    expect(await found([], installed(Object.fromEntries(packages) as Record<string, string>))).toEqual([id]);
  });

  test('finds the packages of a workspace in the folder above, and a linked package', async () => {
    const root = createFolder({
      ...installed({ 'node_modules/@opentelemetry/api': '1.10.0', 'sources/sdk': '1.11.0' }),
      'packages/app/package.json': '{}',
    });
    const run = async (): Promise<string> => (await cli(join(root, 'packages/app'), ['doctor'])).stdout;
    expect(await run()).toContain('[sdk-missing]');
    mkdirSync(join(root, 'node_modules/@anthropic-ai'));
    writeFileSync(
      join(root, 'sources/sdk/package.json'),
      JSON.stringify({ name: '@anthropic-ai/sdk', version: '1.11.0' }),
    );
    symlinkSync(join(root, 'sources/sdk'), join(root, 'node_modules/@anthropic-ai/sdk'));
    expect(await run()).toBe('');
  });

  test('double-instrumentation', async () => {
    const manifest = JSON.stringify({ dependencies: { '@traceloop/instrumentation-anthropic': '1' } });
    expect(await found([], { ...installed(HEALTHY_PACKAGES), 'package.json': manifest })).toEqual([
      'double-instrumentation',
    ]);
  });
});

describe('the metrics endpoint', () => {
  test('endpoint-unreachable', async () => {
    expect(await found(['--metrics', `http://127.0.0.1:${await freePort()}/metrics`])).toEqual([
      'endpoint-unreachable',
    ]);
  });

  test.each<[string, number, string]>([
    ['another program', 200, '# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 4\n'],
    ['a web page', 200, '<!doctype html><title>Hello</title>'],
    ['nothing at this path', 404, 'Not found'],
    ['an empty page', 200, ''],
  ])('endpoint-foreign: %s', async (_name, status, body) => {
    const url = await startServer((_request, response) => response.writeHead(status).end(body));
    expect(await found(['--metrics', `${url}/metrics`])).toEqual(['endpoint-foreign']);
  });

  test('metric-names', async () => {
    const url = await startProxy(new URL(stack.metrics).origin, ({ text }) => ({
      text: text.replaceAll('anthropic_client_start_time', 'anthropic_client_start_time_seconds'),
    }));
    const [finding] = await findings(['--metrics', `${url}/metrics`]);
    expect(finding).toMatchObject({ id: 'metric-names' });
    expect(finding?.problem).toContain('anthropic_client_start_time_seconds');
  });

  test('clients-unobserved: the SDK was loaded before register', async () => {
    const sdk = pathToFileURL(join(ROOT, 'node_modules/@anthropic-ai/sdk/index.mjs')).href;
    const early = createFolder({ 'early.mjs': `import '${sdk}';` });
    const { child, metrics } = await startApplication(stack.api, [], ['--import', join(early, 'early.mjs')]);
    onTestFinished(() => stop(child.process));
    expect(await found(['--metrics', metrics])).toEqual(['clients-unobserved']);
  });

  test('telemetry-errors: log lines cannot be written', async () => {
    const { child, metrics } = await startApplication(stack.api, [], [], { ANTHROPIC_OTEL_LOG: '/dev/full' });
    onTestFinished(() => stop(child.process));
    await until(async () =>
      /anthropic_telemetry_errors_total\{.*\} [1-9]/.test(await (await fetch(metrics)).text()),
    );
    expect(await found(['--metrics', metrics])).toEqual(['telemetry-errors']);
  });

  test('process-clock', async () => {
    const url = await startProxy(new URL(stack.metrics).origin, ({ text }) => ({
      text: text.replace(/^(anthropic_client_start_time(?:\{.*\})?) \S+$/gm, `$1 ${Date.now() / 1000 + 120}`),
    }));
    expect(await found(['--metrics', `${url}/metrics`])).toEqual(['process-clock']);
  });
});

describe('Prometheus', () => {
  /** The configuration of the healthy Prometheus, with `change`, until the end of the test. */
  async function reconfigure(change: object): Promise<void> {
    await stack.prometheus.configure({ ...stack.prometheusConfig, ...change });
    onTestFinished(() => stack.prometheus.configure(stack.prometheusConfig));
  }

  const check = (): Promise<readonly string[]> =>
    found(['--prometheus', stack.prometheus.url, '--metrics', stack.metrics]);
  /** Checks until this is the one finding: for some seconds after a reload, Prometheus has no targets and no Alertmanager. */
  const expectFinding = (id: string): Promise<void> =>
    until(async () => isDeepStrictEqual(await check(), [id]));
  const scrape = (change: object): object => ({
    scrape_configs: (stack.prometheusConfig['scrape_configs'] as object[]).map((job) => ({
      ...job,
      ...change,
    })),
  });

  beforeEach(() => until(async () => (await check()).length === 0));

  test('prometheus-unreachable', async () => {
    expect(await found(['--prometheus', `http://127.0.0.1:${await freePort()}`])).toEqual([
      'prometheus-unreachable',
    ]);
    const other = await startServer((_request, response) => response.end('hello'));
    expect(await found(['--prometheus', other])).toEqual(['prometheus-unreachable']);
  });

  test('not-scraped', async () => {
    await reconfigure({ scrape_configs: [] });
    await expectFinding('not-scraped');
  });

  test('scrape-failing', async () => {
    await reconfigure(scrape({ metrics_path: '/wrong' }));
    await expectFinding('scrape-failing');
  });

  test('metric-names: renamed on the way', async () => {
    const rename = {
      source_labels: ['__name__'],
      regex: '(anthropic_client_start_time)',
      target_label: '__name__',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus fills it in.
      replacement: '${1}_seconds',
    };
    await reconfigure(scrape({ metric_relabel_configs: [rename] }));
    await expectFinding('metric-names');
  });

  test('rules-missing', async () => {
    await reconfigure({ rule_files: [] });
    await expectFinding('rules-missing');
  });

  test('rules-old: a threshold, a text, and a rule that is gone', async () => {
    const file = (stack.prometheusConfig['rule_files'] as string[])[0] ?? '';
    const rules = await readFile(file, 'utf8');
    for (const old of [
      rules.replaceAll('0.05', '0.5'),
      rules.replace(/summary: .*/, 'summary: Another'),
      rules.replace('alert: AnthropicWatchdog', 'alert: AnthropicDog'),
    ]) {
      expect(old).not.toBe(rules);
      const folder = createFolder({ 'old.yaml': old });
      await reconfigure({ rule_files: [join(folder, 'old.yaml')] });
      await expectFinding('rules-old');
    }
  });

  test('rules-failing', async () => {
    const file = (stack.prometheusConfig['rule_files'] as string[])[0] ?? '';
    const broken =
      'label_replace(up, "x", "$1", "job", "(.*)") * on () up{job=~".+"} * on () group_left () (up or up offset 1s)';
    const rules = (await readFile(file, 'utf8')).replace(
      /(alert: AnthropicWatchdog\n\s+expr: )(.*)/,
      `$1${broken.replaceAll('$', '$$$$')}`,
    );
    const folder = createFolder({ 'broken.yaml': rules });
    const jobs = stack.prometheusConfig['scrape_configs'] as object[];
    const twice = { scrape_configs: [...jobs, ...jobs.map((job) => ({ ...job, job_name: 'second' }))] };
    await reconfigure({ ...twice, rule_files: [join(folder, 'broken.yaml')] });
    await until(async () => (await check()).includes('rules-failing'));
    const failing = (await findings(['--prometheus', stack.prometheus.url])).find(
      ({ id }) => id === 'rules-failing',
    );
    expect(failing?.problem).toContain('AnthropicWatchdog');
    expect(failing?.problem).toContain('many-to-many');
  });

  test('alertmanager-not-connected', async () => {
    await reconfigure({ alerting: {} });
    await expectFinding('alertmanager-not-connected');
  });

  test('alertmanager-unreachable-from-prometheus', async () => {
    const targets = [`127.0.0.1:${await freePort()}`];
    await reconfigure({ alerting: { alertmanagers: [{ static_configs: [{ targets }] }] } });
    await expectFinding('alertmanager-unreachable-from-prometheus');
  });

  test('prometheus-clock', async () => {
    const url = await startProxy(stack.prometheus.url, ({ path, text }) =>
      path.includes('time%28%29')
        ? { text: text.replace(/"(\d+\.\d+)"/, (_, time) => `"${Number(time) - 90}"`) }
        : {},
    );
    expect(await found(['--prometheus', url])).toEqual(['prometheus-clock']);
  });
});

describe('Alertmanager', () => {
  let text: string;

  beforeAll(async () => {
    text = await readFile(join(stack.folder, 'monitoring/alertmanager/alertmanager.yaml'), 'utf8');
  });

  /** An Alertmanager with another configuration, notified by the Prometheus of the stack. */
  async function startOther(configuration: string): Promise<Alertmanager> {
    const folder = createFolder({ 'alertmanager.yaml': configuration.replace(/^ *- templates\/.*$/m, '') });
    const other = await startAlertmanager(join(folder, 'alertmanager.yaml'));
    onTestFinished(() => other[Symbol.asyncDispose]());
    const targets = [new URL(other.url).host];
    await stack.prometheus.configure({
      ...stack.prometheusConfig,
      alerting: { alertmanagers: [{ static_configs: [{ targets }] }] },
    });
    onTestFinished(() => stack.prometheus.configure(stack.prometheusConfig));
    return other;
  }
  const check = (url: string): Promise<readonly string[]> => found(['--alertmanager', url]);

  test('alertmanager-unreachable', async () => {
    expect(await check(`http://127.0.0.1:${await freePort()}`)).toEqual(['alertmanager-unreachable']);
    expect(await check(stack.prometheus.url)).toEqual(['alertmanager-unreachable']);
  });

  test('route-without-receiver', async () => {
    const configuration = text.replace(/(- name: page\n)(?: {4}.*\n)+/, '$1');
    expect(configuration).not.toBe(text);
    const other = await startOther(configuration);
    await until(async () => !(await check(other.url)).includes('watchdog-missing'));
    const [finding, ...more] = await findings(['--alertmanager', other.url]);
    expect(finding).toMatchObject({ id: 'route-without-receiver' });
    expect(finding?.problem).toContain('page');
    expect(more).toEqual([]);
  });

  test('watchdog-missing', async () => {
    const folder = createFolder({ 'alertmanager.yaml': text.replace(/^ *- templates\/.*$/m, '') });
    const lonely = await startAlertmanager(join(folder, 'alertmanager.yaml'));
    onTestFinished(() => lonely[Symbol.asyncDispose]());
    expect(await check(lonely.url)).toEqual(['watchdog-missing']);
  });

  test('notifications-failing', async () => {
    const closed = `http://127.0.0.1:${await freePort()}`;
    const other = await startOther(text.replaceAll(stack.webhook.url, closed));
    await until(async () => (await check(other.url)).includes('notifications-failing'));
    expect(await check(other.url)).toEqual(['notifications-failing']);
  });

  test('alertmanager-clock', async () => {
    const url = await startProxy(stack.alertmanager.url, () => ({
      date: new Date(Date.now() + 120_000).toUTCString(),
    }));
    await until(async () => isDeepStrictEqual(await check(url), ['alertmanager-clock']));
  });
});

describe('Grafana', () => {
  test('grafana-unreachable', async () => {
    expect(await found(['--grafana', `http://127.0.0.1:${await freePort()}`])).toEqual([
      'grafana-unreachable',
    ]);
  });

  test('dashboards-absent, dashboards-old, datasource-missing', async () => {
    const grafana = await startGrafanaApi();
    const args = ['--grafana', grafana.url];
    expect(await found(args)).toEqual(['dashboards-absent']);
    await cli(createFolder({ 'anthropic-otel.config.json': stack.config }), ['push', ...args], ENV);
    expect(await found(args)).toEqual([]);
    const stored = grafana.dashboards.get('anthropic-triage');
    if (stored) stored.dashboard['title'] = 'Changed';
    expect(await found(args)).toEqual(['dashboards-old']);
    grafana.dataSources = [];
    if (stored) grafana.dashboards.delete('anthropic-triage');
    expect(await found(args)).toEqual(['dashboards-absent', 'datasource-missing']);
  });
});

test('every finding has a test that breaks exactly that, and a row in the page on troubleshooting', async () => {
  const folder = join(ROOT, 'src/cli/doctor');
  const sources = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  const written = sources.join('\n').matchAll(/\bid: '([a-z-]+)'|clockFinding\(\s*'([a-z-]+)'/g);
  const ids = new Set([...written].map(([, plain, clock]) => plain ?? clock ?? ''));
  expect(ids.size).toBeGreaterThan(28);
  const tests = await readFile(import.meta.filename, 'utf8');
  const page = await readFile(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
  expect([...ids].filter((id) => !tests.includes(id))).toEqual([]);
  expect([...ids].filter((id) => !page.includes(`| \`${id}\` |`))).toEqual([]);
});
