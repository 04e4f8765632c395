/** Starts hosts, talks to them and ends them. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended. */
export interface End {
  /** Exit code, or the name of the signal. */
  readonly how: string;
  readonly milliseconds: number;
}

/** A host under way. */
export interface Host {
  readonly ended: Promise<string>;
  readonly output: { stdout: string; stderr: string };
  /** Sends SIGTERM and waits; what is left of its process group after `limit` milliseconds is killed. */
  end(limit: number): Promise<End>;
}

/** Starts `command` in a process group of its own. */
export function startHost(folder: string, command: readonly string[], env: Record<string, string>): Host {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    output.stderr += data;
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(String(code ?? signal)));
  });
  const killGroup = (): void => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // No process is left.
    }
  };
  return {
    ended,
    output,
    async end(limit) {
      const begin = performance.now();
      child.kill('SIGTERM');
      const how = await Promise.race([ended, sleep(limit, `still there after ${limit} ms`, { ref: false })]);
      const milliseconds = performance.now() - begin;
      // The streams of a process that has ended may still have something.
      await sleep(50);
      killGroup();
      return { how, milliseconds };
    },
  };
}

/** The text at `url`. @throws when the response is no 200 */
export async function fetchText(url: string, timeout = 20_000): Promise<string> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(timeout),
    headers: { connection: 'close' },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 600)}`);
  return text;
}

/** Which process listens on `port`: its command line. Known on Linux only. */
export function listenerOn(port: number): string | undefined {
  try {
    const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(hex) && fields[3] === '0A')
      .map((fields) => `socket:[${fields[9]}]`);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (filesOf(pid).some((file) => inodes.includes(file))) {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      }
    }
  } catch {
    // No such file system.
  }
  return undefined;
}

function filesOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
