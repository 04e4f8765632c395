/** The ends of a process, with telemetry and without: the same code or signal, the same output, and nothing lost that can be kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REQUEST } from '../helpers/apps.ts';
import { freePort, run, start, startCollector } from '../helpers/process.ts';
import { callsIn, FLAGS, SETUP, setup, startHanging } from './support/ends.ts';

const OTLP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'otlp' };
/** How many finished spans of calls a collector received. */
const spansIn = (text: string | undefined): number =>
  text?.match(/"name":"anthropic\.messages\.create"/g)?.length ?? 0;

describe('the natural end', () => {
  const BEFORE_EXIT = `await call();
let rounds = 0;
process.on('beforeExit', async (code) => {
  console.log('beforeExit', code, rounds);
  if (rounds++ > 1) return;
  await sleep(100);
  await call();
  process.exitCode = 9;
});
process.on('exit', (code) => console.log('exit', code));`;

  test.each([
    ['a collector', 'good'],
    ['a collector that never responds', 'hanging'],
    ['no collector', 'none'],
  ])(
    "leaves the application's own work in beforeExit, and its exit code, as they are: with %s",
    async (_title, kind) => {
      const collector = await startCollector();
      const endpoint = {
        good: collector.url,
        hanging: await startHanging(),
        none: `http://127.0.0.1:${await freePort()}`,
      };
      const { folder, env } = await setup(BEFORE_EXIT, {
        ...OTLP,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint[kind as keyof typeof endpoint],
      });
      const bare = await run(folder, ['app.mjs'], env);
      const ended = await run(folder, [...FLAGS, 'app.mjs'], env);
      expect(bare).toMatchObject({ code: 9, signal: null });
      expect(ended).toMatchObject({ code: bare.code, signal: null, stdout: bare.stdout });
      expect(callsIn(ended.stderr)).toBe(3);
      expect(ended.warnings.length).toBeLessThanOrEqual(3);
      if (kind !== 'good') return;
      expect(spansIn(collector.received.get('/v1/traces'))).toBe(3);
      expect(collector.received.get('/v1/logs')?.match(/"anthropic\.call"/g)).toHaveLength(3);
    },
  );

  test.each(['http/json', 'http/protobuf', 'grpc'])(
    'comes within the deadline when a collector hangs: %s',
    async (protocol) => {
      const { folder, env } = await setup('await call();', {
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: await startHanging(),
        // Far longer than the test.
        OTEL_EXPORTER_OTLP_TIMEOUT: '300000',
      });
      expect(await run(folder, [...FLAGS, 'app.mjs'], env)).toMatchObject({ code: 0, signal: null });
    },
  );

  test.each(['prometheus', 'prometheus,console', ' Console , PROMETHEUS,prometheus', 'prometheus,otlp'])(
    'is not kept by a scraper: OTEL_METRICS_EXPORTER=%s',
    async (exporters) => {
      const { folder, env } = await setup(`await call();
const page = await fetch(process.env.SCRAPE).then((response) => response.text());
console.log(page.includes('anthropic_client_calls_total') ? 'ready' : 'no page');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.unref();`);
      const app = start(folder, [...FLAGS, 'app.mjs'], {
        ...env,
        OTEL_METRICS_EXPORTER: exporters,
        OTEL_EXPORTER_OTLP_ENDPOINT: (await startCollector()).url,
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        SCRAPE: `http://127.0.0.1:${env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`,
      });
      await app.printed('ready');
      const agent = new Agent({ keepAlive: true });
      const scrape = (): void => {
        const url = `http://127.0.0.1:${env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
        get(url, { agent }, (response) => response.resume()).on('error', () => {});
      };
      scrape();
      const timer = setInterval(scrape, 100);
      onTestFinished(() => {
        clearInterval(timer);
        agent.destroy();
      });
      app.write('finish');
      expect(await app.ended).toMatchObject({ code: 0, signal: null });
    },
  );

  test.each(['stdout', 'stderr'] as const)('comes when %s is full and not read', async (stream) => {
    const { folder, env } = await setup('for (let n = 0; n < 600; n++) await call();', {
      ANTHROPIC_OTEL_LOG: stream,
    });
    const child = spawn(process.execPath, [...FLAGS, 'app.mjs'], {
      cwd: folder,
      env: { ...process.env, ANTHROPIC_API_KEY: 'k', ...env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child[stream].pause();
    const ended = await new Promise((resolve) =>
      child.on('exit', (code, signal) => resolve({ code, signal })),
    );
    expect(ended).toEqual({ code: 0, signal: null });
  });
});

describe('a signal', () => {
  const BLOCKED = `await call();
console.log('ready');
setTimeout(() => { for (;;); }, 20);`;

  test.each([
    ['SIGTERM', {}],
    ['SIGINT', {}],
    ['SIGTERM', OTLP],
    ['SIGINT', OTLP],
  ] as const)('%s ends a process whose event loop is blocked: %j', async (signal, more) => {
    const { folder, env } = await setup(BLOCKED, {
      ...more,
      OTEL_EXPORTER_OTLP_ENDPOINT: (await startCollector()).url,
    });
    const app = start(folder, [...FLAGS, 'app.mjs'], env);
    await app.printed('ready');
    await new Promise((resolve) => setTimeout(resolve, 300));
    app.kill(signal);
    expect(await app.ended).toMatchObject({ code: null, signal });
  });

  test("that the application listens for is the application's, also when its loop was blocked", async () => {
    const text = `process.on('SIGTERM', () => { console.log('heard'); setTimeout(() => process.exit(6), 1500); });
await call();
console.log('ready');
setTimeout(() => { const end = Date.now() + 2000; while (Date.now() < end); }, 20);
setInterval(() => {}, 1000);`;
    const { folder, env } = await setup(text, {
      ...OTLP,
      OTEL_EXPORTER_OTLP_ENDPOINT: (await startCollector()).url,
    });
    const app = start(folder, [...FLAGS, 'app.mjs'], env);
    await app.printed('ready');
    await new Promise((resolve) => setTimeout(resolve, 300));
    app.kill('SIGTERM');
    const ended = await app.ended;
    expect(ended).toMatchObject({ code: 6, signal: null });
    expect(ended.stdout.match(/heard/g)).toHaveLength(1);
  });

  const RAISE = `process.kill(process.pid, 'SIGTERM');`;
  test.each([
    ['as the last act', `await call(); ${RAISE}`],
    ['before a moment of work', `await call(); ${RAISE} setTimeout(() => {}, 2);`],
    [
      'again, by a listener that tidied up',
      `process.once('SIGTERM', async () => { await sleep(20); ${RAISE} }); await call(); ${RAISE} await sleep(10);`,
    ],
    ['at the exit', `process.on('beforeExit', () => { ${RAISE} }); await call();`],
  ])('that the process raises itself ends it: %s', async (_, text) => {
    const collector = await startCollector();
    const { folder, env } = await setup(text, { ...OTLP, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(await run(folder, ['app.mjs'], env)).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await run(folder, [...FLAGS, 'app.mjs'], env)).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  test('ends the process when the collector hangs', async () => {
    const { folder, env } = await setup(`await call(); console.log('ready'); setInterval(() => {}, 1000);`, {
      ...OTLP,
      OTEL_EXPORTER_OTLP_ENDPOINT: await startHanging(),
    });
    const app = start(folder, [...FLAGS, 'app.mjs'], env);
    await app.printed('ready');
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });
});

describe('process.exit()', () => {
  test.each(['calls.log', 'stderr', 'stdout'])('loses no line of 50 calls: %s', async (target) => {
    const { folder, env } = await setup(
      'await Promise.all(Array.from({ length: 50 }, call)); process.exit(4);',
      {
        ANTHROPIC_OTEL_LOG: target,
      },
    );
    const ended = await run(folder, [...FLAGS, 'app.mjs'], env);
    expect(ended).toMatchObject({ code: 4, warnings: [] });
    const text =
      target === 'calls.log' ? readFileSync(join(folder, target), 'utf8') : ended[target as 'stdout'];
    expect(callsIn(text)).toBe(50);
  });

  test('loses no line to a reader that pauses', async () => {
    const { folder, env } = await setup(
      `for (let n = 0; n < 800; n++) await call(); console.log('done'); process.exit(4);`,
    );
    const child = spawn(process.execPath, [...FLAGS, 'app.mjs'], {
      cwd: folder,
      env: { ...process.env, ANTHROPIC_API_KEY: 'k', ...env, ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT: '20000' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = new Promise((resolve) => child.on('exit', resolve));
    let text = '';
    await once(child.stdout, 'data');
    for await (const chunk of child.stderr) {
      text += chunk;
      // A longer pause than that of a reader on a busy machine.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(await exit).toBe(4);
    expect(callsIn(text)).toBe(800);
  });

  test.each([
    ['process.exit()', 'process.exit(4)', 4],
    ['an uncaught exception', `throw new Error('my own bug')`, 1],
    ['an unhandled rejection', `Promise.reject(new Error('my own bug'))`, 1],
  ])('a call that is open at %s is recorded as canceled', async (_title, end, code) => {
    const { folder, env } = await setup(
      `const stream = await client.messages.create({ ...${REQUEST}, stream: true });
setTimeout(() => { ${end}; }, 10);
setInterval(() => {}, 1000);`,
      { ANTHROPIC_OTEL_LOG: 'calls.log' },
    );
    const ended = await run(folder, [...FLAGS, 'app.mjs'], env);
    expect(ended.code).toBe(code);
    if (code === 1) expect(ended.stderr).toContain('Error: my own bug');
    const lines = readFileSync(join(folder, 'calls.log'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'anthropic.call', outcome: 'canceled' },
    ]);
  });
});

describe('a log file', () => {
  test('is shared by two processes line by line', async () => {
    const { folder, env } = await setup('for (let n = 0; n < 40; n++) await call();', {
      ANTHROPIC_OTEL_LOG: 'calls.log',
    });
    const more = { ...env, OTEL_METRICS_EXPORTER: 'none' };
    await Promise.all([run(folder, [...FLAGS, 'app.mjs'], more), run(folder, [...FLAGS, 'app.mjs'], more)]);
    const lines = readFileSync(join(folder, 'calls.log'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(Array(80).fill('anthropic.call'));
  });

  test('that is rotated away is made anew', async () => {
    const { folder, env } = await setup(
      `await call();
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.unref();
await call();`,
      { ANTHROPIC_OTEL_LOG: 'logs/calls.log' },
    );
    const app = start(folder, [...FLAGS, 'app.mjs'], env);
    await app.printed('ready');
    renameSync(join(folder, 'logs/calls.log'), join(folder, 'logs/calls.log.1'));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    app.write('go');
    expect(await app.ended).toMatchObject({ code: 0, warnings: [] });
    for (const name of ['calls.log', 'calls.log.1']) {
      expect(callsIn(readFileSync(join(folder, 'logs', name), 'utf8'))).toBe(1);
    }
  });
});

describe('a worker thread that pushes', () => {
  test.each([
    ['comes to its end', ''],
    ['calls process.exit() after a flush by its interval', 'await sleep(1500); process.exit(3);'],
  ])('loses nothing when it %s', async (_title, end) => {
    const collector = await startCollector();
    const { folder, env } = await setup(
      `import { isMainThread, Worker } from 'node:worker_threads';
if (isMainThread) new Worker(new URL(import.meta.url)).on('exit', (code) => console.log('worker', code));
else { await call(); ${end} }`,
      {
        ...OTLP,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_METRIC_EXPORT_INTERVAL: '300',
        OTEL_BSP_SCHEDULE_DELAY: '300',
      },
    );
    const ended = await run(folder, [...FLAGS, 'app.mjs'], {
      ...env,
      ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT: '5000',
    });
    expect(ended).toMatchObject({ code: 0, stdout: `worker ${end ? 3 : 0}\n` });
    expect(collector.received.get('/v1/metrics')).toContain('anthropic.client.calls');
    expect(spansIn(collector.received.get('/v1/traces'))).toBe(1);
  });
});

describe('the process in what register reports', () => {
  test('has no argument, path, file name or owner in it', async () => {
    const collector = await startCollector();
    const { folder, env } = await setup('');
    writeFileSync(
      join(folder, 'canary_script.mjs'),
      `${SETUP}await call();
console.log(await fetch(process.env.SCRAPE).then((response) => response.text()));`,
    );
    const ended = await run(folder, [...FLAGS, 'canary_script.mjs', '--api-key=canary_argument'], {
      ...env,
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_RESOURCE_ATTRIBUTES: 'team=mine',
      SCRAPE: `http://127.0.0.1:${env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`,
    });
    expect(ended).toMatchObject({ code: 0, warnings: [] });
    expect(ended.stdout).toContain('target_info{');
    const all = [ended.stdout, ...collector.received.values()];
    expect(all).toHaveLength(4);
    for (const text of all) {
      expect(text).not.toMatch(/canary|command|executable|owner/);
      expect(text).not.toContain(folder);
      expect(text).not.toContain(process.execPath);
      expect(text).toContain('unknown_service:node');
      expect(text).toContain('mine');
    }
  });
});
