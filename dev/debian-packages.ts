/** Programs of Debian packages that are unpacked into a cache folder, never installed: no root is needed. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from './processes.ts';

const run = promisify(execFile);

/** In the repository, or in the home of the user where this is part of an installed package. */
const CACHE = ROOT.includes('node_modules') ? join(homedir(), '.cache/anthropic-otel') : join(ROOT, '.cache');
/** A lock that its holder stopped touching for so long was left by a process that died. */
const LOCK_EXPIRES_MS = 30_000;
const COMMAND_TIMEOUT_MS = 180_000;

/** The folder in the cache for packages that belong together. */
export function unpackedFolder(name: string): string {
  return join(CACHE, name);
}

/** The first executable of `names` on PATH, or in the unpacked folder. */
export async function findExecutable(
  names: readonly string[],
  unpacked: string,
): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), join(unpacked, 'usr/bin')];
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      const executable = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (executable) return path;
    }
  }
  return undefined;
}

/** How packages are fetched. */
export interface UnpackOptions {
  /** Whether what is in them is there already: another process may have fetched it. */
  readonly isThere: () => Promise<unknown>;
  /** Changes the unpacked files before anybody sees them. */
  readonly finish?: (root: string) => Promise<void>;
  /** Receives one line of plain text before each slow step. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Downloads Debian packages and unpacks them into `folder`. Safe to call from several processes at once: one fetches, the others wait for it.
 *
 * @throws what apt or dpkg fail with
 */
export async function unpackPackages(
  folder: string,
  packages: readonly string[],
  { isThere, finish, onProgress = () => {} }: UnpackOptions,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (await isThere()) return;
    const work = await mkdtemp(join(dirname(folder), 'fetch-'));
    try {
      await download(work, packages, onProgress);
      const root = join(work, 'root');
      await mkdir(root);
      for (const file of await readdir(work)) {
        if (file.endsWith('.deb'))
          await run('dpkg', ['-x', join(work, file), root], { timeout: COMMAND_TIMEOUT_MS });
      }
      await finish?.(root);
      // Renamed when complete, so that no process ever sees half of it.
      await rm(folder, { recursive: true, force: true });
      await rename(root, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}

/** Takes the lock, a folder, because making a folder is atomic everywhere; returns what releases it. */
async function lock(folder: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const touched = await stat(folder).then(
        (entry) => entry.mtimeMs,
        () => undefined,
      );
      if (touched !== undefined && Date.now() - touched > LOCK_EXPIRES_MS)
        await rm(folder, { recursive: true, force: true });
      else await sleep(200);
    }
  }
  const heartbeat = setInterval(
    () => void utimes(folder, new Date(), new Date()).catch(() => {}),
    LOCK_EXPIRES_MS / 5,
  );
  return async () => {
    clearInterval(heartbeat);
    await rm(folder, { recursive: true, force: true });
  };
}

async function download(
  work: string,
  packages: readonly string[],
  onProgress: (line: string) => void,
): Promise<void> {
  // Without this, apt run by root warns that its own user cannot write to the folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root'];
  const apt = (args: readonly string[]) =>
    run('apt-get', [...options, ...args], { cwd: work, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1 << 24 });
  onProgress(`fetching the Debian packages ${packages.join(', ')} (once, nothing is installed)`);
  try {
    await apt(['download', ...packages]);
  } catch (error) {
    if (
      !/Unable to locate package|can't be found|No candidate/i.test(
        String((error as { stderr?: string }).stderr),
      )
    ) {
      throw error;
    }
    // The package lists are missing, as in a fresh container: read them into a folder of this package.
    const lists = join(work, 'lists');
    const cache = join(work, 'archives');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives/partial'), { recursive: true });
    options.push('-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`);
    onProgress('reading the Debian package lists');
    await apt(['update']);
    await apt(['download', ...packages]);
  }
}
