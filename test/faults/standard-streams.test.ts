/** Log lines share a standard stream with the application: what it writes, and what its writes come to, stays as it is. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LineWriter } from '../../src/register/line-writer.ts';
import { createApp, freePort, ROOT, startApi } from '../helpers/process.ts';

const REGISTER = join(ROOT, 'dist/register.mjs');
const SETUP = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
const request = { model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
const call = () => client.messages.create(request);
`;

interface Outcome {
  readonly code: number | null;
  readonly attempts: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `text`, observed or not, with log lines on standard output. `read`: how its standard streams are read; `log`: where log lines go. */
async function runApp(
  text: string,
  observed: boolean,
  read: 'closed' | 'read' | 'after exit' | 'closed once full' | 'stderr closed' = 'read',
  log = read === 'stderr closed' ? 'stderr' : 'stdout',
): Promise<Outcome> {
  const api = await startApi();
  const clean = Object.entries(process.env).filter(([name]) => !/^(OTEL_|ANTHROPIC_|VITEST)/.test(name));
  const env = {
    ...Object.fromEntries(clean),
    ANTHROPIC_API_KEY: 'k',
    BASE_URL: api.url,
    ANTHROPIC_OTEL_LOG: log,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
  };
  const cwd = createApp({ 'app.mjs': SETUP + text });
  const pipe = read === 'after exit' ? openNamedPipe(join(cwd, 'stdout')) : undefined;
  const child = spawn(process.execPath, [...(observed ? ['--import', REGISTER] : []), 'app.mjs'], {
    cwd,
    env,
    stdio: ['ignore', pipe?.writing ?? 'pipe', 'pipe'],
  });
  if (pipe !== undefined) closeSync(pipe.writing);
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  child.stderr?.on('data', (data: Buffer) => {
    written.stderr += data;
    if (read === 'closed once full' && written.stderr.includes('full')) child.stdout?.destroy();
  });
  if (read === 'closed') child.stdout?.destroy();
  else if (read === 'stderr closed') child.stderr?.destroy();
  if (read === 'read' || read === 'stderr closed') {
    child.stdout?.on('data', (data: Buffer) => {
      written.stdout += data;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (pipe !== undefined) {
    written.stdout = readFileSync(pipe.reading, 'utf8');
    closeSync(pipe.reading);
  }
  return { code, attempts: api.sent.attempts, ...written };
}

/**
 * A pipe from which nothing is taken until it is read. (A child's `'pipe'` is drained in part, by as much as arrives
 * early, even with no listener.)
 */
function openNamedPipe(path: string): { readonly reading: number; readonly writing: number } {
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reading, writing: openSync(path, constants.O_WRONLY) };
}

const lines = (text: string): string[] => text.split('\n').filter(Boolean);

describe('an application whose standard output is not read any more', () => {
  test.each([
    ['writes with console.log', 'for (let n = 0; n < 3; n++) { await call(); console.log(n); }'],
    ['writes to the stream right after a call', 'for (;;) { await call(); process.stdout.write("n"); }'],
    [
      'writes to the stream a while after a call',
      'for (;;) { await call(); await new Promise((resolve) => setTimeout(resolve, 50)); process.stdout.write("n"); }',
    ],
    ['writes before any call', 'process.stdout.write("n"); setTimeout(call, 100);'],
    [
      'listens for the error of its own write',
      `let heard = 0;
process.stdout.on('error', () => { heard += 1; });
process.stdout.write('n');
await call();
await call();
process.exitCode = 10 + heard;`,
    ],
    [
      'listens for errors and writes nothing',
      `process.stdout.on('error', () => process.exit(8));
await call();
await call();`,
    ],
  ])('and that %s ends as without telemetry', async (_title, text) => {
    const bare = await runApp(text, false, 'closed');
    const observed = await runApp(text, true, 'closed');
    expect(observed).toMatchObject({ code: bare.code, attempts: bare.attempts });
    expect(observed.stderr.includes("Unhandled 'error' event")).toBe(
      bare.stderr.includes("Unhandled 'error' event"),
    );
  });

  test.each([
    ['standard error is closed', 'stderr closed', undefined],
    ['standard output is closed, and log lines go nowhere', 'closed', 'none'],
    ['standard error is closed, and log lines go nowhere', 'stderr closed', 'none'],
  ] as const)(
    'or whose %s, and that writes nothing itself, ends as without telemetry',
    async (_title, read, log) => {
      const text = 'for (let n = 0; n < 3; n++) await call();';
      const { code, attempts } = await runApp(text, true, read, log);
      expect({ code, attempts }).toEqual({ code: 0, attempts: 3 });
    },
  );

  test('and that has filled it with log lines before ends as without telemetry', async () => {
    const text = `for (let n = 0; n < 600; n++) await call();
console.error('full');
await new Promise((resolve) => setTimeout(resolve, 1000));`;
    const { code, stderr, attempts } = await runApp(text, true, 'closed once full');
    expect({ code, attempts }).toEqual({ code: 0, attempts: 600 });
    expect(stderr).toContain('full');
  });

  test('gets one line on standard error that log lines are lost', async () => {
    const { stderr, code } = await runApp('for (let n = 0; n < 5; n++) await call();', true, 'closed');
    expect(code).toBe(0);
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/^anthropic-otel: cannot write log lines: .*EPIPE/),
    ]);
  });

  test('has no listener of this package on its stream', async () => {
    const text = `${'await call();\n'.repeat(3)}
await new Promise((resolve) => setTimeout(resolve, 20));
process.exitCode = process.stdout.listenerCount('error') + Object.hasOwn(process.stdout, 'emit');`;
    expect(await runApp(text, true, 'closed')).toMatchObject({ code: 0, attempts: 3 });
  });
});

describe('log lines and what the application writes', () => {
  test('come in the order in which they were written', async () => {
    const text = `for (let n = 0; n < 3; n++) { console.log('before'); await call(); console.log('after'); }`;
    const { stdout } = await runApp(text, true);
    const kinds = lines(stdout).map((line) => (line.startsWith('{"') ? 'record' : line));
    expect(kinds).toEqual(Array(3).fill(['before', 'record', 'after']).flat());
  });

  test('are whole when the process exits at once', async () => {
    const text = `for (let n = 0; n < 3; n++) { console.log('x'.repeat(10_000)); await call(); }
process.exit(3);`;
    const { code, stdout } = await runApp(text, true);
    expect(code).toBe(3);
    expect(lines(stdout).filter((line) => line === 'x'.repeat(10_000))).toHaveLength(3);
    const records = lines(stdout).filter((line) => line.startsWith('{"'));
    expect(records.map((line) => JSON.parse(line).event)).toEqual(Array(3).fill('anthropic.call'));
  });

  test('are cut at exit as without telemetry before anything was read', async () => {
    const text = `const long = 'x'.repeat(200_000);
for (let n = 0; n < 3; n++) { console.log(long); await call(); }
process.exit(3);`;
    const bare = await runApp(text, false, 'after exit');
    const observed = await runApp(text, true, 'after exit');
    expect(bare).toMatchObject({ code: 3, attempts: 3, stderr: '' });
    expect(bare.stdout).toMatch(/^x+$/);
    expect({ ...observed, stderr: '' }).toEqual(bare);
    expect(lines(observed.stderr)).toEqual([expect.stringContaining('stdout is not being read')]);
  });
});

test('lines that are not read cost no more than some megabytes', () => {
  const problems: unknown[] = [];
  const writer = new LineWriter({ name: 'stdout', open: () => undefined }, (problem) =>
    problems.push(problem),
  );
  const line = 'x'.repeat(1024 * 1024 - 1);
  for (let n = 0; n < 10; n++) writer.write(line);
  expect(problems).toEqual(Array(2).fill(new Error('stdout is not being read')));
  writer.drop();
  expect(problems).toHaveLength(10);
});
