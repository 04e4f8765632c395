/** Child processes of the commands and tests. None outlives the process that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The root of the repository, or of the installed package: the nearest folder above with a manifest. */
export const ROOT: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

const running = new Set<ChildProcess>();

/** A child process, and the last lines that it wrote to standard error. */
export interface Child {
  readonly process: ChildProcess;
  readonly errors: string[];
}

/** How a child process is started. */
export interface StartOptions {
  /** Its working directory; without it, the root of the repository. */
  readonly cwd?: string;
  /** Variables beside those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of its standard error. */
  readonly onLine?: (line: string) => void;
}

/** The most lines of standard error that are kept. */
const KEPT_LINES = 200;

/** Starts a program. */
export function start(
  program: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, onLine = () => {} }: StartOptions = {},
): Child {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      errors.push(line);
      if (errors.length > KEPT_LINES) errors.shift();
      onLine(line);
    }
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', (error) => errors.push(String(error)));
  return { process: child, errors };
}

/** Ends `children`, first with SIGTERM, and after 4 seconds with SIGKILL. Resolves when all have ended. */
export async function stop(...children: readonly ChildProcess[]): Promise<void> {
  const ended = Promise.all(
    children.map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      child.kill('SIGTERM');
      return new Promise((resolve) => child.once('exit', resolve));
    }),
  );
  const late = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 4000);
  await ended;
  clearTimeout(late);
}

/** Ends every child that {@link start} started. */
export function stopAll(): Promise<void> {
  return stop(...running);
}

/** Kills every child at once: the last resort, for when this process itself dies. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Ports that the system assigns to no connection and to no server on port 0. */
const PORTS = { first: 10_000, last: 32_000 };

/**
 * A port on loopback that is free now. Random: whoever asks at the same time is most likely given another one, and it stays free until
 * a program that was given it has started.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.first, PORTS.last);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/**
 * Waits until `url` responds with success.
 *
 * @param timeout - the longest wait, in milliseconds.
 * @throws Error with the last lines of `child`, when it ends first, or when the time is over.
 */
export async function waitForUrl(url: string, child: Child, timeout = 120_000): Promise<void> {
  const end = Date.now() + timeout;
  while (Date.now() < end && child.process.exitCode === null) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new Error(`no response from ${url}:\n${child.errors.slice(-10).join('\n')}`);
}
