/** Runs applications in processes of their own, and the servers that they call. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../dev/processes.ts';
import { type AnthropicServer, startAnthropicServer } from '../../src/testing/index.ts';

export { freePort, ROOT } from '../../dev/processes.ts';

const MODULES = join(ROOT, 'node_modules');

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard error that are log records. */
  readonly records: readonly Record<string, unknown>[];
  /** The other lines of standard error. */
  readonly warnings: readonly string[];
}

/** A process under way. */
export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Ends its standard input. */
  end(): void;
  /** Resolves when standard output has this text. */
  printed(text: string): Promise<void>;
}

/** A folder for the files of an application, in which every package of the project can be imported, this one too. */
export function createApp(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(MODULES)) symlinkSync(join(MODULES, name), join(modules, name));
  symlinkSync(ROOT, join(modules, 'anthropic-otel'));
  return folder;
}

/** Starts a test API that ends with the test. Retries do not wait. */
export async function startApi(): Promise<AnthropicServer> {
  const server = await startAnthropicServer({ retryAfterMs: 1 });
  onTestFinished(() => server.close());
  return server;
}

/** Variables of the tests that an application does not have. */
const OF_TESTS = /^(OTEL_|ANTHROPIC_|VITEST|NODE_OPTIONS|NODE_V8_COVERAGE|.*_proxy$)/i;

/** Starts `node` with `args`, without the variables of the tests. */
function spawnNode(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const clean = Object.entries(process.env).filter(([name]) => !OF_TESTS.test(name));
  const child = spawn(process.execPath, [...args], { cwd, env: { ...Object.fromEntries(clean), ...env } });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      const lines = written.stderr.split('\n').filter(Boolean);
      const isRecord = (line: string): boolean => line.startsWith('{"');
      resolve({
        code,
        signal,
        ...written,
        records: lines.filter(isRecord).map((line) => JSON.parse(line) as Record<string, unknown>),
        warnings: lines.filter((line) => !isRecord(line)),
      });
    });
  });
  return { child, written, ended };
}

/** Runs `node` to its end, outside of any test too, in the root of the project unless `cwd` is given. */
export function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = ROOT,
): Promise<Ended> {
  const { child, ended } = spawnNode(args, cwd, env);
  child.stdin.end();
  return ended;
}

/** Starts `node` with `args` in `folder`, until the test ends. */
export function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const { child, written, ended } = spawnNode(args, folder, { ANTHROPIC_API_KEY: 'test-key', ...env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!written.stdout.includes(text)) return;
          child.stdout.off('data', check);
          resolve();
        };
        child.stdout.on('data', check);
        check();
        void ended.then(({ stdout, stderr }) =>
          reject(new Error(`ended without printing ${text}:\n${stdout}\n${stderr}`)),
        );
      }),
  };
}

/** Runs `node` to its end. */
export function run(
  folder: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Ended> {
  return start(folder, args, env).ended;
}

/** A port that is taken until the test ends. */
export async function busyPort(): Promise<number> {
  return Number(new URL(await startServer(createTcpServer())).port);
}

/** Starts a server on loopback that ends with the test. @returns its URL */
export async function startServer(server: Server | RequestListener): Promise<string> {
  const started = typeof server === 'function' ? createServer(server) : server;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    if ('closeAllConnections' in started) (started as ReturnType<typeof createServer>).closeAllConnections();
    started.close();
  });
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

/** A server that takes OTLP in JSON, and what it was sent, by path. */
export async function startCollector(): Promise<{
  readonly url: string;
  readonly received: ReadonlyMap<string, string>;
}> {
  const received = new Map<string, string>();
  const url = await startServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      received.set(path, (received.get(path) ?? '') + body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return { url, received };
}
