/** A rehearsal rings the pager, and leaves nothing behind. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULTS } from '../../src/cli/config/config.ts';
import { rulesYaml } from '../../src/cli/export/mixin.ts';
import { freePort, ROOT, start } from '../helpers/process.ts';
import { cli, createFolder } from './support/cli.ts';
import { type Stack, startStack, until } from './support/stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(async () => await stack?.[Symbol.asyncDispose](), 30_000);

const notified = (alert: string, status: 'firing' | 'resolved'): boolean =>
  stack.webhook.notifications.some(
    (each) => each.alert === alert && each.status === status && each.job === 'anthropic-otel-simulation',
  );

test('sends the alerts of a plan to the receivers that real ones reach, and resolves them', async () => {
  const args = ['simulate', 'overload', '--alertmanager', stack.alertmanager.url, '--for', '3'];
  const ended = await cli(createFolder(), args);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toBe(
    '✓ AnthropicHighErrorRate goes to page\n✓ AnthropicRetriesExhausted goes to page\n',
  );
  await until(() => notified('AnthropicHighErrorRate', 'firing'));
  const { summary } =
    stack.webhook.notifications.find(({ alert }) => alert === 'AnthropicHighErrorRate') ?? {};
  expect(summary).toMatch(/^\[SIMULATED\] /);
  expect(summary).not.toMatch(/\{\{|\}\}|undefined/);
  const active = await (
    await fetch(`${stack.alertmanager.url}/api/v2/alerts?filter=simulated="true"`)
  ).json();
  expect(active).toEqual([]);
});

test('resolves what it started when it is interrupted', async () => {
  const args = [
    'simulate',
    'AnthropicBillingFailed',
    '--alertmanager',
    stack.alertmanager.url,
    '--for',
    '600',
  ];
  const running = start(createFolder(), [`${ROOT}/dist/cli/cli.mjs`, ...args]);
  await running.printed('AnthropicBillingFailed');
  running.kill('SIGINT');
  expect((await running.ended).stderr).toContain('Resolved.');
  const active = await (
    await fetch(`${stack.alertmanager.url}/api/v2/alerts?filter=simulated="true"`)
  ).json();
  expect(active).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'leaves nothing behind, whenever %s ends it',
  async (signal) => {
    const active = async (): Promise<number> => {
      const filter = 'job="anthropic-otel-simulation"';
      const response = await fetch(
        `${stack.alertmanager.url}/api/v2/alerts?filter=${encodeURIComponent(filter)}`,
      );
      return ((await response.json()) as unknown[]).length;
    };
    const addresses = ['--prometheus', stack.prometheus.url, '--alertmanager', stack.alertmanager.url];
    const interrupt = async (args: readonly string[], delay: number): Promise<number | null> => {
      const running = start(createFolder(), [
        `${ROOT}/dist/cli/cli.mjs`,
        'simulate',
        'authentication',
        ...args,
      ]);
      await sleep(delay);
      running.kill(signal);
      return (await running.ended).code;
    };
    const delays = Array.from({ length: 5 }, () => Math.random() * 3000);
    const ports = await Promise.all(delays.map(() => freePort()));
    await Promise.all(
      delays.map((delay, index) => interrupt(['--listen', `127.0.0.1:${ports[index]}`, ...addresses], delay)),
    );
    for (const port of ports)
      await until(() =>
        fetch(`http://127.0.0.1:${port}/metrics`).then(
          () => false,
          () => true,
        ),
      );
    if (signal === 'SIGKILL') return;
    await Promise.all(delays.map((delay) => interrupt([...addresses.slice(2), '--for', '600'], delay)));
    expect(await active(), String(delays)).toBe(0);
  },
);

test('rehearses the whole way, with a service that Prometheus scrapes', async () => {
  const listen = `127.0.0.1:${await freePort()}`;
  const jobs = stack.prometheusConfig['scrape_configs'] as object[];
  const job = { job_name: 'anthropic-otel-simulation', static_configs: [{ targets: [listen] }] };
  await stack.prometheus.configure({ ...stack.prometheusConfig, scrape_configs: [...jobs, job] });
  const args = [
    '--listen',
    listen,
    '--prometheus',
    stack.prometheus.url,
    '--alertmanager',
    stack.alertmanager.url,
  ];
  const ended = await cli(createFolder(), ['simulate', 'authentication', ...args, '--for', '60']);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout.replace(/\([\d.]+ s\)/g, '(time)')).toBe(
    [
      '✓ Prometheus scrapes the service (time)',
      '  The key is revoked: each attempt gets a 401.',
      '✓ AnthropicAuthenticationFailed fires in Prometheus (time)',
      '✓ AnthropicAuthenticationFailed arrives at Alertmanager (time)',
      '',
    ].join('\n'),
  );
  await until(() => notified('AnthropicAuthenticationFailed', 'firing'));
  const count = (query: string): Promise<number> => stack.prometheus.number(`count(${query})`);
  const simulated = await count('ALERTS{job="anthropic-otel-simulation", simulated="true"}');
  expect(simulated).toBeGreaterThan(0);
  expect(await count('ALERTS{job="anthropic-otel-simulation"}')).toBe(simulated);
  expect(await count('ALERTS{simulated!=""}')).toBe(simulated);
  await expect(fetch(`http://${listen}/metrics`)).rejects.toThrow();
});

test('every alert of a service is labeled for the service that is simulated', () => {
  const { groups } = parse(rulesYaml(DEFAULTS)) as {
    groups: { rules: { alert?: string; labels?: Record<string, string> }[] }[];
  };
  const plain = groups
    .flatMap(({ rules }) => rules)
    .filter(({ alert, labels }) => alert && !labels?.['simulated']?.includes('"anthropic-otel-simulation"'));
  expect(plain.map(({ alert }) => alert)).toEqual(['AnthropicWatchdog']);
});

test.each([
  [['simulate'], 'expected one plan'],
  [['simulate', 'nothing', '--alertmanager', 'http://localhost:9093'], 'unknown plan or alert "nothing"'],
  [['simulate', 'overload'], 'expected --alertmanager URL'],
  [['simulate', 'overload', '--listen', 'localhost:1'], '--listen needs --prometheus URL'],
  [['simulate', 'overload', '--alertmanager', 'localhost:9093'], 'expected --alertmanager to be an address'],
])('%j is a wrong command line', async (args, message) => {
  const ended = await cli(createFolder(), args);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});
