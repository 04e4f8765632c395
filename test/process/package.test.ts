/** The package as npm would publish it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp, ROOT, run } from '../helpers/process.ts';

const BIN = join(ROOT, 'node_modules/.bin');
const packed = join(ROOT, '.cache/packed');
let tarball: string;

beforeAll(() => {
  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed, { recursive: true });
  const output = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', packed], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const listed: unknown = JSON.parse(output);
  const [{ filename }] = (Array.isArray(listed) ? listed : Object.values(listed as object)) as [
    { filename: string },
  ];
  tarball = join(packed, filename);
});

/** An application whose `node_modules/anthropic-otel` is the unpacked tarball. */
function createConsumer(files: Readonly<Record<string, string>>): string {
  const folder = createApp(files);
  const target = join(folder, 'node_modules/anthropic-otel');
  rmSync(target);
  mkdirSync(target);
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  return folder;
}

const EXPORTS = {
  'anthropic-otel': [
    'METRICS',
    'PRICES',
    'PRICES_DATE',
    'RETIREMENTS',
    'RETIREMENTS_DATE',
    'metricsHandler',
    'observe',
    'prometheusLabel',
    'prometheusName',
    'withAttributes',
    'withTelemetry',
  ],
  'anthropic-otel/instrumentation': ['AnthropicInstrumentation'],
  'anthropic-otel/resilience': [
    'DECISIONS',
    'DECISION_HEADER',
    'POLICY_ORDER',
    'RETRY_RULES',
    'SERVED_BY_HEADER',
    'UNSUPPORTED_ELSEWHERE',
    'attemptTimeout',
    'circuitBreaker',
    'concurrency',
    'deadline',
    'defer',
    'failFast',
    'fallback',
    'memoryDeferStore',
    'memoryStore',
    'partial',
    'resilience',
    'retry',
    'sizeGuard',
    'staleWhileDown',
    'subscribeToDecisions',
    'systemClock',
    'throttle',
    'withResilience',
  ],
  'anthropic-otel/testing': [
    'DEFAULT_MODELS',
    'loadRecording',
    'loadRecordings',
    'respond',
    'startAnthropicServer',
  ],
};

const USE = `
const server = await startAnthropicServer();
const client = new Anthropic(withTelemetry({ baseURL: server.url, apiKey: 'test-key' }));
const message = await observe(client).messages.create({
  model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }],
});
console.log(message.type, client.middleware.length);
await server.close();
`;

describe('the packed package', () => {
  test('holds what users need and nothing else', () => {
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const folders = new Set(names.map((name) => name.split('/')[1] ?? ''));
    for (const needed of [
      'package.json',
      'README.md',
      'LICENSE',
      'dist',
      'dashboards',
      'alerts',
      'runbooks',
    ]) {
      expect(folders).toContain(needed);
    }
    for (const other of ['src', 'test', 'bench', 'scripts', 'node_modules', 'vitest.config.ts']) {
      expect(folders).not.toContain(other);
    }
    const files = names.map((name) => name.replace('package/', ''));
    expect(files.filter((name) => /^(dashboards|alerts)\/src/.test(name))).toEqual([]);
  });

  test.each(Object.entries(EXPORTS))(
    '%s gives ES modules and CommonJS the same names',
    async (name, names) => {
      const folder = createConsumer({
        'app.mjs': `import * as all from '${name}'; console.log(JSON.stringify(Object.keys(all).sort()));`,
        'app.cjs': `console.log(JSON.stringify(Object.keys(require('${name}')).filter((key) => key !== '__esModule').sort()));`,
      });
      for (const file of ['app.mjs', 'app.cjs']) {
        const ended = await run(folder, [file]);
        expect(ended).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(ended.stdout)).toEqual([...names].sort());
      }
    },
  );

  test('works in ES modules and in CommonJS', async () => {
    const folder = createConsumer({
      'app.mjs': `import Anthropic from '@anthropic-ai/sdk';
import { observe, withTelemetry } from 'anthropic-otel';
import { startAnthropicServer } from 'anthropic-otel/testing';
${USE}`,
      'app.cjs': `const Anthropic = require('@anthropic-ai/sdk');
const { observe, withTelemetry } = require('anthropic-otel');
const { startAnthropicServer } = require('anthropic-otel/testing');
(async () => {${USE}})();`,
    });
    for (const file of ['app.mjs', 'app.cjs']) {
      expect(await run(folder, [file])).toMatchObject({ code: 0, stderr: '', stdout: 'message 1\n' });
    }
  });

  test('gives both module systems one telemetry', async () => {
    const folder = createConsumer({
      'app.mjs': `import { createRequire } from 'node:module';
import { withTelemetry } from 'anthropic-otel';
const other = createRequire(import.meta.url)('anthropic-otel');
console.log(other.withTelemetry(withTelemetry({})).middleware.length);`,
    });
    expect(await run(folder, ['app.mjs'])).toMatchObject({ code: 0, stdout: '1\n' });
  });

  test('has the dashboards and rules where its exports point', async () => {
    const folder = createConsumer({
      'app.mjs': `import { readFileSync } from 'node:fs';
for (const name of JSON.parse(process.env.NAMES)) readFileSync(new URL(import.meta.resolve('anthropic-otel/' + name)));
console.log('all');`,
    });
    const target = join(folder, 'node_modules/anthropic-otel');
    const names = ['dashboards', 'alerts'].flatMap((part) =>
      readdirSync(join(target, part), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(target, join(entry.parentPath, entry.name))),
    );
    expect(names.length).toBeGreaterThan(1);
    const ended = await run(folder, ['app.mjs'], { NAMES: JSON.stringify(names) });
    expect(ended).toMatchObject({ code: 0, stdout: 'all\n' });
  });

  test('type-checks from both module systems, strictly and without skipLibCheck', () => {
    const text = `import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { METRICS, observe, withTelemetry, type Logger, type TelemetryOptions } from 'anthropic-otel';
import { AnthropicInstrumentation } from 'anthropic-otel/instrumentation';
import { resilience, retry, withResilience, type Decision } from 'anthropic-otel/resilience';
import { respond, startAnthropicServer, type AnthropicServer } from 'anthropic-otel/testing';
import 'anthropic-otel/register';
const logger: Logger = { info() {}, warn() {}, error() {} };
const telemetry: TelemetryOptions = { logger, models: ['claude-opus-5-5'] };
const options: ClientOptions = withTelemetry({ maxRetries: 1 }, telemetry);
const client: Anthropic = observe(new Anthropic(withTelemetry()), telemetry);
new Anthropic(withTelemetry({ middleware: [(request, next) => next(request)], openTelemetry: false }));
const seen: Decision[] = [];
new Anthropic({ maxRetries: 0, middleware: resilience({ onDecision: (decision) => seen.push(decision) }) });
new Anthropic(withTelemetry(withResilience({ apiKey: 'test-key' }, { deadline: 60_000 })));
new Anthropic({ middleware: [retry()] });
new AnthropicInstrumentation({ captureContent: false, enabled: true }).endOpenCalls();
export async function main(): Promise<AnthropicServer> {
  const server = await startAnthropicServer();
  server.plan([respond.error(529)]);
  console.log(METRICS.calls.name, options, client);
  return server;
}
// @ts-expect-error a wrong option is a type error
withTelemetry({}, { model: 'one' });
`;
    const folder = createConsumer({ 'app.mts': text, 'app.cts': text });
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['app.mts', 'app.cts'] }),
    );
    const checked = spawnSync(join(BIN, 'tsc'), ['-p', folder], { encoding: 'utf8' });
    expect(checked.stdout.split('\n').filter((line) => /app\.|anthropic-otel/.test(line))).toEqual([]);
  });

  test('passes publint and attw', () => {
    const publint = spawnSync(join(BIN, 'publint'), ['run', tarball, '--strict'], { encoding: 'utf8' });
    expect(publint.stdout + publint.stderr).toContain('All good!');
    const attw = spawnSync(join(BIN, 'attw'), [tarball, '--profile', 'node16', '--format', 'ascii'], {
      encoding: 'utf8',
    });
    expect(attw.status, attw.stdout + attw.stderr).toBe(0);
  });

  test('names the version that its manifest has', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(tarball).toContain(manifest.version);
  });
});
