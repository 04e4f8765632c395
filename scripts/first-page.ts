/**
 * From an empty folder and the packed package to the first page in a webhook, with the commands that `anthropic-otel init` prints, each timed.
 * Needs the default ports: 9464, 9090, 9093 and 5001. `npm run test:first-page`
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../dev/processes.ts';
import { findPrometheusTools } from '../dev/prometheus-tools.ts';
import { startAnthropicServer } from '../src/testing/index.ts';

const APP = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic();
for (;;) {
  await client.messages
    .create({ model: 'claude-sonnet-5-5', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] })
    .catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 500));
}
`;

const tools = await findPrometheusTools(console.log);
const folder = await mkdtemp(join(tmpdir(), 'first-page-'));
const api = await startAnthropicServer({ apiKeys: ['the-key'] });
const pages: string[] = [];
const webhook = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { alerts } = JSON.parse(text) as { alerts: { labels: Record<string, string> }[] };
  for (const { labels } of alerts) pages.push(labels['alertname'] ?? '');
  response.end();
});
webhook.listen(5001, '127.0.0.1');
await once(webhook, 'listening');

const started = Date.now();
const env = {
  ...process.env,
  PATH: [...new Set([dirname(tools.prometheus), dirname(tools.alertmanager)]), process.env['PATH']].join(
    delimiter,
  ),
  ANTHROPIC_API_KEY: 'the-key',
  ANTHROPIC_BASE_URL: api.url,
  ANTHROPIC_OTEL_LOG: 'none',
};
const running: ChildProcess[] = [];
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a command line to its end. */
function run(line: string): string {
  const since = Date.now();
  const output = execFileSync('sh', ['-c', line], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  console.log(`$ ${line}   (${seconds(since)})`);
  return output;
}

/** Starts a command line that goes on. */
function startLine(line: string): ChildProcess {
  console.log(`$ ${line} &`);
  const child = spawn('sh', ['-c', `exec ${line}`], { cwd: folder, env, stdio: 'ignore' });
  running.push(child);
  return child;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const since = Date.now();
  while (!(await Promise.resolve(condition()).catch(() => false))) {
    for (const { exitCode, spawnargs } of running) assert.equal(exitCode, null, `${spawnargs.at(-1)} ended`);
    await sleep(100);
  }
  console.log(`  ${what}   (${seconds(since)})`);
}

async function query(expression: string): Promise<number> {
  const response = await fetch(`http://localhost:9090/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

try {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  await writeFile(join(folder, 'app.js'), APP);
  run('npm init --yes --init-type=module');
  run(`npm install --no-audit --no-fund ./${packed.trim().split('\n').at(-1)} @anthropic-ai/sdk`);
  const printed = run('npx anthropic-otel init');
  console.log(printed.replace(/^/gm, '  '));
  const [startApp = '', exportAll = '', prometheus = '', alertmanager = '', doctor = ''] = [
    ...printed.matchAll(/^ {5}(\S.*)$/gm),
  ].map(([, line]) => line ?? '');

  startLine(startApp);
  run(exportAll);
  const prometheusProcess = startLine(prometheus);
  // An Alertmanager that was unpacked from its Debian package starts in a folder of its own.
  startLine(
    `${alertmanager.replace('=monitoring', `=${folder}/monitoring`)} --storage.path=${folder}/alertmanager`,
  );
  await until('Prometheus has calls', async () => (await query('sum(anthropic_client_calls_total)')) > 0);
  await until('the watchdog is in the webhook', () => pages.includes('AnthropicWatchdog'));
  run(doctor);

  console.log('  the key is revoked');
  api.apiKeys = ['another-key'];
  await until('the first page is in the webhook', () => pages.includes('AnthropicAuthenticationFailed'));
  console.log(`From the empty folder to the first page: ${seconds(started)}`);

  console.log('A threshold changes: errorRate.ratio in anthropic-otel.config.mjs, then');
  const since = Date.now();
  const file = join(folder, 'anthropic-otel.config.mjs');
  await writeFile(file, (await readFile(file, 'utf8')).replace('ratio: 0.05', 'ratio: 0.11'));
  run(exportAll);
  run(`kill -HUP ${prometheusProcess.pid}`);
  await until('Prometheus has the new threshold', async () => {
    const response = await fetch('http://localhost:9090/api/v1/rules');
    return (await response.text()).includes('0.11');
  });
  console.log(`From the change to the new threshold: ${seconds(since)}`);
} finally {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(running.map((child) => child.exitCode ?? once(child, 'exit')));
  webhook.closeAllConnections();
  webhook.close();
  await api.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
