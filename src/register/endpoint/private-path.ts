/** The socket through which the processes of one endpoint find each other, and that only their user can reach. */
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The properties that processes must share to share a page. */
export interface Group {
  readonly host: string;
  readonly port: number;
  readonly service: string;
}

/** The version of the messages between the processes. Processes with different versions do not connect. */
const PROTOCOL = 1;
/** The maximum length of a Unix socket's path, in bytes. Linux allows 107, macOS and the BSDs 103. */
const MAX_PATH = 103;
/** How long the socket of an owner that ended, or that is not scraped, is kept, in milliseconds. */
const KEPT = 24 * 3_600_000;

/**
 * The path of the group's socket, in a folder of this user that is created if necessary. `undefined` if there is none, because no folder is
 * writable, or another user can enter the folder.
 */
export function privatePath(group: Group, bases: readonly string[] = temporaryFolders()): string | undefined {
  const name = createHash('sha256')
    .update(JSON.stringify([PROTOCOL, group.host, group.port, group.service, network()]))
    .digest('hex')
    .slice(0, 16);
  for (const base of bases) {
    try {
      const folder = join(base, `anthropic-otel-${process.getuid?.() ?? 'user'}`);
      openPrivateFolder(folder);
      const path = process.platform === 'win32' ? pipeName(folder, name) : join(folder, name);
      if (process.platform === 'win32' || Buffer.byteLength(path) <= MAX_PATH) return path;
    } catch {
      // Tries the next folder.
    }
  }
  return undefined;
}

/** The last folder exists in containers with a read-only file system. */
function temporaryFolders(): string[] {
  return [tmpdir(), '/tmp', '/dev/shm'];
}

/** Removes the socket of a previous owner at `path`, and old sockets of other groups' owners. */
export function sweep(path: string): void {
  if (process.platform === 'win32') return;
  rmSync(path, { force: true });
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    try {
      if (lstatSync(file).mtimeMs < Date.now() - KEPT) rmSync(file);
    } catch {
      // Another process cleans up at the same time.
    }
  }
}

/** Containers can share a folder for temporary files, but have their own ports. */
function network(): string {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return hostname();
  }
}

/** @throws Error if `folder` cannot be created, or others can read or write it */
function openPrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem;
  }
  accessSync(folder, constants.W_OK | constants.X_OK);
  if (process.platform === 'win32') return;
  const entry = lstatSync(folder);
  const isPrivate = entry.isDirectory() && entry.uid === process.getuid?.() && (entry.mode & 0o077) === 0;
  if (!isPrivate) throw new Error(`${folder} is not private`);
}

/** Every Windows user can use pipe names. A part that only this user can read makes the pipe private. */
function pipeName(folder: string, name: string): string {
  const file = join(folder, 'pipe');
  try {
    writeFileSync(file, randomBytes(16).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem;
  }
  return `\\\\.\\pipe\\anthropic-otel-${readFileSync(file, 'utf8')}-${name}`;
}
