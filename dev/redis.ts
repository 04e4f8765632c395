/** A Redis of its own for the example that needs one: on PATH, else unpacked from Debian's packages. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExecutable, unpackedFolder, unpackPackages } from './debian-packages.ts';

/** The program is in `redis-tools`; the others are its libraries. */
const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblzf1',
  'liblua5.1-0',
  'lua-bitop',
  'lua-cjson',
];
const UNPACKED = unpackedFolder('redis');
const HOW_TO_GET_IT =
  'redis-server is not on PATH and could not be fetched. On Debian or Ubuntu: `sudo apt-get install redis-server`. On macOS: `brew install redis`.';

/** A running Redis. */
export interface RunningRedis {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts Redis on a port of the loopback interface. It keeps nothing.
 * @throws Error that states what to install, when there is no Redis
 */
export async function startRedis(port: number, onProgress?: (line: string) => void): Promise<RunningRedis> {
  const program = await findRedis(onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'anthropic-otel-redis-'));
  const options = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(program, options, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LD_LIBRARY_PATH: await libraries() },
  });
  await ready(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findRedis(onProgress?: (line: string) => void): Promise<string> {
  const find = () => findExecutable(['redis-server'], UNPACKED);
  try {
    if (!(await find()))
      await unpackPackages(UNPACKED, PACKAGES, { isThere: find, ...(onProgress && { onProgress }) });
    const found = await find();
    if (found) return found;
  } catch (cause) {
    throw new Error(HOW_TO_GET_IT, { cause });
  }
  throw new Error(HOW_TO_GET_IT);
}

/** Where the libraries of an unpacked Redis are: Debian has a folder for each kind of machine. */
async function libraries(): Promise<string> {
  const lib = join(UNPACKED, 'usr/lib');
  const folders = await readdir(lib).catch((): string[] => []);
  return [...folders.map((folder) => join(lib, folder)), process.env['LD_LIBRARY_PATH'] ?? '']
    .filter(Boolean)
    .join(':');
}

async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  const ended = once(child, 'exit').then(() => {
    throw new Error(`redis-server ended:\n${output}`);
  });
  const accepts = new Promise<void>((resolve) => {
    child.stdout?.on('data', (data) => {
      output += String(data);
      if (output.includes('Ready to accept connections')) resolve();
    });
  });
  ended.catch(() => {});
  await Promise.race([accepts, ended]);
}
