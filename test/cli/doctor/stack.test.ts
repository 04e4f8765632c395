/**
 * What doctor finds in a Prometheus and in an Alertmanager. Each is broken in one way, and all of them run at the same time beside the healthy
 * ones: a Prometheus that is broken and repaired again takes many seconds to show it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { freePort } from '../../../dev/processes.ts';
import { type Prometheus, startPrometheus } from '../../../dev/prometheus.ts';
import { startServer } from '../../helpers/process.ts';
import { cli, createFolder } from '../support/cli.ts';
import { startGrafanaApi } from '../support/grafana-api.ts';
import {
  type Alertmanager,
  PROMETHEUS_ARGUMENTS,
  type Stack,
  startAlertmanager,
  startProxy,
  startStack,
  until,
} from '../support/stack.ts';
import { findings, found, HEALTHY_PACKAGES, installed } from './support.ts';

/** A configuration of Prometheus, and the rules that it loads. */
interface Monitoring {
  readonly config: Record<string, unknown>;
  readonly rules: string;
}
type Change = (healthy: Monitoring, unused: string) => Partial<Monitoring>;

/** Every job with `change`. */
const jobs =
  (change: object): Change =>
  ({ config }) => ({
    config: {
      ...config,
      scrape_configs: (config['scrape_configs'] as object[]).map((job) => ({ ...job, ...change })),
    },
  });
const relabel = (rule: object): Change => jobs({ metric_relabel_configs: [rule] });
const changedRules =
  (change: (rules: string) => string): Change =>
  ({ rules }) => ({ rules: change(rules) });
/** The rules, and those of `more` after them. */
const moreRules =
  (more: (groups: { name: string; rules: Record<string, unknown>[] }[]) => object[]): Change =>
  ({ rules }) => {
    const document = parseDocument(rules);
    for (const group of more((document.toJS() as { groups: never }).groups))
      document.addIn(['groups'], group);
    return { rules: document.toString() };
  };
const WATCHDOG_EXPRESSION = /(alert: AnthropicWatchdog\n\s+expr: )(.*)/;
/** Fails while two series have the same labels but for their job. */
const AMBIGUOUS = 'up * on () up';

/** How a Prometheus is broken, below the finding that must be the only one. */
const BROKEN: readonly (readonly [id: string, how: string, change: Change])[] = [
  ['not-scraped', 'there is no job', ({ config }) => ({ config: { ...config, scrape_configs: [] } })],
  ['scrape-failing', 'its path is wrong', jobs({ metrics_path: '/wrong' })],
  [
    'metric-names',
    'a relabeling renames them',
    relabel({
      source_labels: ['__name__'],
      regex: '(anthropic_client_start_time)',
      target_label: '__name__',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus fills it in.
      replacement: '${1}_seconds',
    }),
  ],
  [
    'counters-missing',
    'a relabeling drops them, as Prometheus drops delta temporality',
    relabel({
      source_labels: ['__name__'],
      regex: '(anthropic|gen_ai)_.*_(total|bucket|count|sum)',
      action: 'drop',
    }),
  ],
  [
    'scraped-twice',
    'by two jobs',
    ({ config }) => {
      const all = config['scrape_configs'] as object[];
      return { config: { ...config, scrape_configs: [...all, { ...all[0], job_name: 'second' }] } };
    },
  ],
  ['rules-missing', 'no file is loaded', () => ({ rules: 'groups: []' })],
  ['rules-old', 'a threshold differs', changedRules((rules) => rules.replaceAll('0.05', '0.5'))],
  ['rules-old', 'a text differs', changedRules((rules) => rules.replace(/summary: .*/, 'summary: Another'))],
  [
    'rules-old',
    'a rule is not there',
    changedRules((rules) => rules.replace('alert: AnthropicWatchdog', 'alert: Watchdog')),
  ],
  [
    'rules-left-over',
    'an alert of an older version is loaded too',
    moreRules((groups) => {
      const alert = groups
        .flatMap(({ rules }) => rules)
        .find((rule) => rule['alert'] === 'AnthropicBillingFailed');
      const text = JSON.stringify(alert).replaceAll('AnthropicBillingFailed', 'AnthropicOverloaded');
      return [{ name: 'old', rules: [JSON.parse(text)] }];
    }),
  ],
  [
    'rules-twice',
    'the recording rules are loaded too',
    moreRules((groups) =>
      groups
        .map(({ name, rules }) => ({
          name: `${name}-again`,
          rules: rules.filter((rule) => 'record' in rule),
        }))
        .filter(({ rules }) => rules.length > 0),
    ),
  ],
  ['alertmanager-not-connected', 'there is none', ({ config }) => ({ config: { ...config, alerting: {} } })],
  [
    'alertmanager-unreachable-from-prometheus',
    'its address is wrong',
    ({ config }, unused) => ({
      config: { ...config, alerting: { alertmanagers: [{ static_configs: [{ targets: [unused] }] }] } },
    }),
  ],
];

let stack: Stack;
const disposables: AsyncDisposable[] = [];
const broken = new Map<string, Prometheus>();
let failing: Prometheus;
let withoutReceiver: Alertmanager;
let unreachableWebhook: Alertmanager;
let lonely: Alertmanager;

async function own<Started extends AsyncDisposable>(start: Promise<Started>): Promise<Started> {
  const started = await start;
  disposables.push(started);
  return started;
}

beforeAll(async () => {
  stack = await own(startStack());
  const unused = `127.0.0.1:${await freePort()}`;
  const routing = await readFile(join(stack.folder, 'monitoring/alertmanager/alertmanager.yaml'), 'utf8');
  const startOther = async (name: string, text: string): Promise<Alertmanager> => {
    const file = join(stack.folder, `monitoring/alertmanager/${name}.yaml`);
    await writeFile(file, text);
    return own(startAlertmanager(file));
  };
  [withoutReceiver, unreachableWebhook, lonely] = await Promise.all([
    startOther('without-receiver', routing.replace(/(- name: page\n)(?: {4}.*\n)+/, '$1')),
    startOther('unreachable-webhook', routing.replaceAll(stack.webhook.url, `http://${unused}`)),
    startOther('lonely', routing),
  ]);
  const notified = [stack.alertmanager, withoutReceiver, unreachableWebhook].map(
    ({ url }) => new URL(url).host,
  );
  const [file = ''] = stack.prometheusConfig['rule_files'] as string[];
  const healthy: Monitoring = {
    config: {
      ...stack.prometheusConfig,
      alerting: { alertmanagers: [{ static_configs: [{ targets: notified }] }] },
    },
    rules: await readFile(file, 'utf8'),
  };
  await stack.prometheus.configure(healthy.config);
  // Only the healthy one notifies the Alertmanagers, so that no other has its alerts.
  const quiet = {
    ...healthy,
    config: {
      ...stack.prometheusConfig,
      alerting: {
        alert_relabel_configs: [{ action: 'drop', regex: '.*' }],
        alertmanagers: [{ static_configs: [{ targets: notified }] }],
      },
    },
  };
  const start = (change: Change): Promise<Prometheus> => {
    const { config, rules } = { ...quiet, ...change(quiet, unused) };
    return own(
      startPrometheus({
        config: { ...config, rule_files: ['rules.yaml'] },
        files: { 'rules.yaml': rules },
        args: PROMETHEUS_ARGUMENTS,
      }),
    );
  };
  const ambiguous = changedRules((rules) => rules.replace(WATCHDOG_EXPRESSION, `$1${AMBIGUOUS}`));
  const twice = BROKEN.find(([id]) => id === 'scraped-twice')?.[2];
  [failing] = await Promise.all([
    start((monitoring, port) => ({ ...twice?.(monitoring, port), ...ambiguous(monitoring, port) })),
    ...BROKEN.map(async ([id, how, change]) => broken.set(`${id} ${how}`, await start(change))),
  ]);
});

afterAll(() => Promise.all(disposables.map((each) => each[Symbol.asyncDispose]())));

const configured = (): { files: Record<string, string> } => ({
  files: { 'anthropic-otel.config.json': stack.config },
});

/** Checks until this is the one finding: for some seconds after its start, a server has no samples, no rules and no alerts. */
async function expectFinding(id: string, args: readonly string[]): Promise<void> {
  let last: readonly string[] = [];
  await until(async () => {
    last = await found(args, configured());
    return last.join() === id;
  }).catch((error: Error) => {
    throw new Error(`expected ${id}, got ${last.join(', ') || 'none'}`, { cause: error });
  });
}

test('a healthy stack has no finding, and the command prints nothing on standard output', async () => {
  const grafana = await startGrafanaApi();
  const folder = createFolder({
    ...configured().files,
    ...installed(HEALTHY_PACKAGES),
    'package.json': '{"dependencies":{"anthropic-otel":"1"}}',
  });
  const env = { GRAFANA_TOKEN: 'glsa_test' };
  await cli(folder, ['push', '--grafana', grafana.url], env);
  const addresses = {
    '--metrics': stack.metrics,
    '--prometheus': stack.prometheus.url,
    '--alertmanager': stack.alertmanager.url,
    '--grafana': grafana.url,
  };
  const check = (): ReturnType<typeof cli> =>
    cli(folder, ['doctor', ...Object.entries(addresses).flat()], env);
  await until(async () => (await check()).code === 0);
  const ended = await check();
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(ended.stderr).toContain('No problems found');
});

describe('Prometheus', () => {
  test.each(BROKEN)('%s: %s', async (id, how) => {
    const url = broken.get(`${id} ${how}`)?.url ?? '';
    await expectFinding(id, ['--prometheus', url, '--metrics', stack.metrics]);
  });

  test('rules-failing', async () => {
    const failed = async (): Promise<string | undefined> =>
      (await findings(['--prometheus', failing.url], configured())).find(({ id }) => id === 'rules-failing')
        ?.problem;
    await until(async () => (await failed()) !== undefined);
    const problem = await failed();
    expect(problem).toContain('AnthropicWatchdog');
    expect(problem).toContain('many-to-many');
  });

  test('prometheus-unreachable', async () => {
    const closed = `http://127.0.0.1:${await freePort()}`;
    const web = await startServer((_request, response) => response.end('<!doctype html>'));
    for (const url of [closed, web, stack.alertmanager.url])
      expect(await found(['--prometheus', url])).toEqual(['prometheus-unreachable']);
  });

  test.each<[string, string, (text: string) => string]>([
    [
      'prometheus-clock',
      'time%28%29',
      (text) => text.replace(/"(\d+\.\d+)"/, (_, time) => `"${Number(time) - 90}"`),
    ],
    ['prometheus-version', 'buildinfo', (text) => text.replace(/"version":"[^"]+"/, '"version":"2.41.0"')],
    [
      'scrape-interval',
      'targets',
      (text) => text.replaceAll(/"scrapeInterval":"[^"]+"/g, '"scrapeInterval":"2m30s"'),
    ],
  ])('%s', async (id, path, change) => {
    const url = await startProxy(stack.prometheus.url, (reply) =>
      reply.path.includes(path) ? { text: change(reply.text) } : {},
    );
    await expectFinding(id, ['--prometheus', url, '--metrics', stack.metrics]);
  });
});

describe('Alertmanager', () => {
  test('alertmanager-unreachable', async () => {
    const closed = `http://127.0.0.1:${await freePort()}`;
    for (const url of [closed, stack.prometheus.url])
      expect(await found(['--alertmanager', url], configured())).toEqual(['alertmanager-unreachable']);
  });

  test('route-without-receiver', async () => {
    await expectFinding('route-without-receiver', ['--alertmanager', withoutReceiver.url]);
    const [finding] = await findings(['--alertmanager', withoutReceiver.url], configured());
    expect(finding?.problem).toContain('page');
  });

  test('watchdog-missing', async () => {
    await expectFinding('watchdog-missing', ['--alertmanager', lonely.url]);
  });

  test('notifications-failing', async () => {
    await expectFinding('notifications-failing', ['--alertmanager', unreachableWebhook.url]);
  });

  test('alertmanager-clock', async () => {
    const url = await startProxy(stack.alertmanager.url, () => ({
      date: new Date(Date.now() + 120_000).toUTCString(),
    }));
    await expectFinding('alertmanager-clock', ['--alertmanager', url]);
  });
});
