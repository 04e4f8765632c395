/** One endpoint for many processes and threads: whoever has the port, all are on the page, exactly and once. */
import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { REQUEST } from '../helpers/apps.ts';
import { createApp, freePort, type Running, start, startApi } from '../helpers/process.ts';
import { callsBySlot, pageWhere, parsePage, scrape, startsBySlot } from './support/page.ts';

const FLAGS = ['--import', 'anthropic-otel/register'];
const CALLS = `
const { default: Anthropic } = await import('@anthropic-ai/sdk');
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
const call = async (times) => {
  for (let i = 0; i < times; i++) await client.messages.create(${REQUEST});
};
`;
/** Makes `CALLS` calls, and more at a line on standard input. */
const APP = `${CALLS}
await call(Number(process.env.CALLS));
console.log('ready');
process.stdin.on('data', async (text) => {
  if (String(text).includes('end')) return process.stdin.destroy();
  await call(Number(text));
  console.log('called', String(text).trim());
});
`;

const total = (page: string): number =>
  Object.values(callsBySlot(page)).reduce((sum, value) => sum + value, 0);
const slots = (page: string): string[] => Object.keys(startsBySlot(page)).sort();

async function setup(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
  const api = await startApi();
  const port = await freePort();
  const folder = createApp(files);
  const env = {
    BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    ANTHROPIC_OTEL_LOG: 'none',
    ...more,
  };
  const run = (file: string, extra: Readonly<Record<string, string>> = {}, flags = FLAGS): Running =>
    start(folder, [...flags, file], { ...env, ...extra });
  return { port, run, folder, env };
}

/** Starts processes one after the other: each has made as many calls as `calls` has. */
async function startApps(
  run: (file: string, env: Record<string, string>) => Running,
  calls: readonly number[],
) {
  const apps: Running[] = [];
  for (const count of calls) {
    const app = run('app.mjs', { CALLS: String(count) });
    await app.printed('ready');
    apps.push(app);
  }
  return apps;
}

/** The objections of promtool to a page. */
async function complaints(page: string): Promise<string[]> {
  const { promtool } = await findPrometheusTools();
  const { stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  return stderr.split('\n').filter((line) => /error|duplicate|parse/i.test(line));
}

describe('node:cluster', () => {
  const cluster = (primary: string): string => `
import cluster from 'node:cluster';
import { createServer } from 'node:http';
if (cluster.isPrimary) {
  cluster.on('listening', (_worker, { port }) => console.log('listening', port));
  const replacements = [];
  cluster.on('exit', (worker) => {
    if (replacements.push(worker) <= 1) cluster.fork({ CALLS: 10 });
  });
  for (const CALLS of [1, 2, 4]) cluster.fork({ CALLS });
  process.stdin.on('data', (text) => {
    if (String(text).includes('kill')) cluster.workers[2].process.kill('SIGKILL');
    else process.exit(0);
  });
  ${primary}
} else {
  ${CALLS}
  await call(Number(process.env.CALLS));
  await new Promise((resolve) => createServer().listen(Number(process.env.APP_PORT), resolve));
  process.send('ready');
}`;

  test.each([
    ['workers alone', '', 7],
    ['the primary too', `${CALLS}\nawait call(8);`, 15],
  ])('%s: every call of every process is on the page once', async (_name, primary, expected) => {
    const { port, run } = await setup({ 'app.mjs': cluster(primary) });
    const appPort = await freePort();
    const app = run('app.mjs', { APP_PORT: String(appPort) });
    const page = await pageWhere(port, (text) => total(text) === expected);
    expect(slots(page)).toEqual(primary ? ['', '1', '2', '3'] : ['', '1', '2']);
    expect(await complaints(page)).toEqual([]);
    // Each scrape sees the same.
    for (let i = 0; i < 5; i++) expect(callsBySlot((await scrape(port)) ?? '')).toEqual(callsBySlot(page));
    await app.printed(`listening ${appPort}\nlistening ${appPort}\nlistening ${appPort}\n`);
    app.write('end');
    const ended = await app.ended;
    expect(ended).toMatchObject({ code: 0, warnings: [] });
    expect(ended.stdout.match(/listening \d+/g)).toEqual(Array(3).fill(`listening ${appPort}`));
  });

  test('a worker that is killed and replaced has the place of its predecessor', async () => {
    const { port, run } = await setup({ 'app.mjs': cluster('') });
    const app = run('app.mjs', { APP_PORT: String(await freePort()) });
    const before = await pageWhere(port, (text) => total(text) === 7);
    app.write('kill');
    const after = await pageWhere(port, (text) => total(text) === 15);
    expect(slots(after)).toEqual(['', '1', '2']);
    const changed = slots(after).filter((slot) => startsBySlot(after)[slot] !== startsBySlot(before)[slot]);
    expect(changed).toHaveLength(1);
    expect(callsBySlot(after)[changed[0] as string]).toBe(10);
    app.write('end');
    expect(await app.ended).toMatchObject({ code: 0, warnings: [] });
  });
});

test('worker threads are on the page, with their main thread or without', async () => {
  const { port, run } = await setup({
    'app.mjs': `import { Worker } from 'node:worker_threads';
const workers = [1, 2].map((CALLS) => new Worker('./thread.mjs', { env: { ...process.env, CALLS } }));
process.stdin.once('data', async () => {
  for (const worker of workers) await worker.terminate();
  process.stdin.destroy();
});`,
    'thread.mjs': `${CALLS}\nawait call(Number(process.env.CALLS));\nsetInterval(() => {}, 1000);`,
  });
  const app = run('app.mjs');
  const page = await pageWhere(port, (text) => total(text) === 3);
  expect(slots(page)).toEqual(['', '1']);
  app.write('end');
  expect(await app.ended).toMatchObject({ code: 0, warnings: [] });
});

describe('processes of one service', () => {
  test('keep their series when the owner of the port is killed', async () => {
    const { port, run } = await setup({ 'app.mjs': APP });
    const [first, second, third] = (await startApps(run, [1, 2, 4])) as [Running, Running, Running];
    const before = await pageWhere(port, (text) => total(text) === 7);
    first.kill('SIGKILL');
    const after = await pageWhere(port, (text) => total(text) === 6);
    expect(startsBySlot(after)).toEqual(
      Object.fromEntries(Object.entries(startsBySlot(before)).filter(([slot]) => slot !== '')),
    );
    // The next one has the place that is free.
    await startApps(run, [8]);
    const next = await pageWhere(port, (text) => total(text) === 14);
    expect(callsBySlot(next)).toEqual({ '': 8, 1: 2, 2: 4 });
    second.write('16');
    expect(callsBySlot(await pageWhere(port, (text) => total(text) === 30))).toEqual({ '': 8, 1: 18, 2: 4 });
    for (const app of [second, third]) {
      app.write('end');
      expect(await app.ended).toMatchObject({ code: 0, warnings: [] });
    }
  });

  test('come and go, and each call of the living is counted once', async () => {
    const { port, run } = await setup({ 'app.mjs': APP });
    const living: Running[] = [];
    let expected: number[] = [];
    for (let round = 0; round < 6; round++) {
      if (round % 3 === 2) {
        // The oldest, which has the port.
        living.shift()?.kill(round === 2 ? 'SIGKILL' : 'SIGTERM');
        expected = expected.slice(1);
      }
      living.push(...(await startApps(run, [2 ** round])));
      expected.push(2 ** round);
      const sum = expected.reduce((all, each) => all + each, 0);
      const page = await pageWhere(port, (text) => total(text) === sum);
      expect(Object.values(callsBySlot(page)).sort((a, b) => a - b)).toEqual(expected);
      expect(Math.max(...slots(page).map(Number))).toBeLessThan(living.length + 1);
    }
  });

  test('end when they have nothing more to do, while they are scraped', async () => {
    const { port, run } = await setup({ 'app.mjs': APP });
    const apps = await startApps(run, [1, 2]);
    const timer = setInterval(() => void scrape(port), 20);
    onTestFinished(() => clearInterval(timer));
    await pageWhere(port, (text) => total(text) === 3);
    for (const app of apps.reverse()) {
      app.write('end');
      expect(await app.ended).toMatchObject({ code: 0, signal: null, warnings: [] });
    }
  });

  test('are served without one that does not respond, and with it again when it does', async () => {
    const { port, run } = await setup({ 'app.mjs': APP });
    const [, second] = (await startApps(run, [1, 2])) as [Running, Running];
    await pageWhere(port, (text) => total(text) === 3);
    second.kill('SIGSTOP');
    expect(total((await scrape(port)) ?? '')).toBe(1);
    expect(total((await scrape(port)) ?? '')).toBe(1);
    second.kill('SIGCONT');
    const page = await pageWhere(port, (text) => total(text) === 3);
    const missed = parsePage(page).find(
      ({ name, labels }) =>
        name === 'anthropic_telemetry_errors_total' && labels['anthropic_telemetry_stage'] === 'export',
    );
    expect(missed?.value).toBeGreaterThanOrEqual(2);
  });

  test('of another service on the same port are reported, and never on the page', async () => {
    const { port, run } = await setup({ 'app.mjs': APP });
    await startApps(run, [1]);
    const other = run('app.mjs', { CALLS: '2', OTEL_SERVICE_NAME: 'other' });
    await other.printed('ready');
    other.write('4');
    await other.printed('called');
    expect(total((await scrape(port)) ?? '')).toBe(1);
    setTimeout(() => other.write('end'), 3000);
    const { code, warnings } = await other.ended;
    expect({ code, warnings }).toEqual({
      code: 0,
      warnings: [expect.stringContaining(`no Prometheus endpoint on 127.0.0.1:${port}`)],
    });
  });
});

describe('a process that only starts others', () => {
  const WRAPPER = `import { spawn } from 'node:child_process';
setTimeout(() => {
  spawn(process.execPath, ['app.mjs'], { stdio: 'inherit' }).on('exit', (code) => { process.exitCode = code; });
}, Number(process.env.DELAY ?? 0));`;
  const env = { NODE_OPTIONS: '--import anthropic-otel/register', CALLS: '3' };

  test('is not on the page', async () => {
    const { port, run } = await setup({ 'app.mjs': APP, 'wrapper.mjs': WRAPPER });
    const wrapper = run('wrapper.mjs', env, []);
    await wrapper.printed('ready');
    const page = await pageWhere(port, (text) => total(text) === 3);
    expect(slots(page)).toEqual(['']);
    wrapper.write('end');
    expect(await wrapper.ended).toMatchObject({ code: 0, warnings: [] });
  });

  test('is not on the page either when it has the port, for want of a better', async () => {
    const { port, run } = await setup({ 'app.mjs': APP, 'wrapper.mjs': WRAPPER });
    const wrapper = run('wrapper.mjs', { ...env, DELAY: '7000' }, []);
    expect(slots(await pageWhere(port, () => true))).toEqual(['']);
    await wrapper.printed('ready');
    const page = await pageWhere(port, (text) => total(text) === 3);
    expect(slots(page)).toEqual(['']);
    wrapper.write('end');
    expect(await wrapper.ended).toMatchObject({ code: 0, warnings: [] });
  });
});

test('a service is scraped before it loads the SDK, and its counters begin when it does', async () => {
  const { port, run } = await setup({
    'app.mjs': `process.stdin.once('data', async () => {${CALLS} await call(1); console.log('ready'); });`,
  });
  const app = run('app.mjs');
  const idle = await pageWhere(port, () => true);
  expect(slots(idle)).toEqual(['']);
  const now = Date.now() / 1000;
  app.write('go');
  await app.printed('ready');
  const page = await pageWhere(port, (text) => total(text) === 1);
  expect(startsBySlot(page)['']).toBeGreaterThanOrEqual(Math.floor(now));
  expect(slots(page)).toEqual(['']);
});
