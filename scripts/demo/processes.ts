/** Child processes that never outlive the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './compose.ts';

const running = new Set<ChildProcess>();

/** A child process, and the last of what it wrote to standard error. */
export interface Child {
  readonly process: ChildProcess;
  readonly errors: string[];
}

/** The most lines of standard error that are kept. */
const KEPT_LINES = 200;

/** Starts a program in the root of the repository. `onLine` gets each line of its standard error. */
export function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  onLine: (line: string) => void = () => {},
): Child {
  const child = spawn(program, args, {
    cwd: ROOT,
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

/** Ends every child, first politely. Resolves when all have ended. */
export async function stopAll(): Promise<void> {
  const children = [...running];
  for (const child of children) child.kill('SIGTERM');
  const ended = Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    ),
  );
  await Promise.race([ended, sleep(4000, undefined, { ref: false })]);
  for (const child of running) child.kill('SIGKILL');
}

/** Kills every child at once: the last resort when the demo itself dies. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A port on loopback that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits until `url` answers with success.
 * @throws an Error with what `child` wrote, when it ends before, or after `timeout` milliseconds
 */
export async function waitForUrl(url: string, child: Child, timeout = 20_000): Promise<void> {
  const end = Date.now() + timeout;
  while (Date.now() < end && child.process.exitCode === null) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new Error(`${url} does not answer:\n${child.errors.slice(-10).join('\n')}`);
}
