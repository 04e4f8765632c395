/**
 * Finds the Prometheus tools that the rule tests, the demo and the benchmark run: on PATH, else in a cache
 * folder, else fetched as Debian packages that are unpacked, never installed (no root needed).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { ROOT } from './processes.ts';

const run = promisify(execFile);

/** Absolute paths of the four programs. */
export interface PrometheusTools {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/** Debian calls the Alertmanager `prometheus-alertmanager`; the upstream archives call it `alertmanager`. */
const PROGRAMS: Record<keyof PrometheusTools, readonly string[]> = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
};
const PACKAGES = ['prometheus', 'prometheus-alertmanager'];

/** In the repository, or in the home of the user where this is part of an installed package. */
const CACHE = ROOT.includes('node_modules') ? join(homedir(), '.cache/anthropic-otel') : join(ROOT, '.cache');
const UNPACKED = join(CACHE, 'prometheus-tools');
const LOCK = join(CACHE, 'prometheus-tools.lock');
/** A lock that its holder stopped touching for so long was left by a process that died. */
const LOCK_EXPIRES_MS = 30_000;
const COMMAND_TIMEOUT_MS = 180_000;

/**
 * The Prometheus tools, fetched on first use.
 * Safe to call from several processes at once: one fetches, the others wait for it.
 *
 * @param onProgress - called with one line of plain text before each slow step.
 * @throws an error that states what to install, when the tools are neither here nor to be had.
 */
export async function findPrometheusTools(
  onProgress: (line: string) => void = () => {},
): Promise<PrometheusTools> {
  const present = await lookUp();
  if (present) return present;
  await mkdir(CACHE, { recursive: true });
  const release = await lock();
  try {
    // Another process may have fetched them while this one waited for the lock.
    const meanwhile = await lookUp();
    if (meanwhile) return meanwhile;
    await fetchPackages(onProgress);
  } catch (cause) {
    throw new Error(HOW_TO_GET_THEM, { cause });
  } finally {
    await release();
  }
  const fetched = await lookUp();
  if (!fetched) throw new Error(HOW_TO_GET_THEM);
  return fetched;
}

const HOW_TO_GET_THEM =
  'The Prometheus tools (prometheus, promtool, alertmanager, amtool) are not on PATH and could not be fetched. ' +
  'On Debian or Ubuntu: `sudo apt-get install prometheus prometheus-alertmanager`. On macOS: ' +
  '`brew install prometheus alertmanager`. Elsewhere: unpack the archives of https://prometheus.io/download/ ' +
  'and put them on PATH, or run this command in the Docker image `node:24-bookworm`, where they are fetched.';

async function lookUp(): Promise<PrometheusTools | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), join(UNPACKED, 'usr/bin')];
  const found: Partial<Record<keyof PrometheusTools, string>> = {};
  for (const tool of Object.keys(PROGRAMS) as (keyof PrometheusTools)[]) {
    const path = await firstExecutable(PROGRAMS[tool], folders);
    if (!path) return undefined;
    found[tool] = path;
  }
  return found as PrometheusTools;
}

async function firstExecutable(
  names: readonly string[],
  folders: readonly string[],
): Promise<string | undefined> {
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

/** Takes the lock, a folder, because making a folder is atomic everywhere; returns what releases it. */
async function lock(): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await mkdir(LOCK);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const touched = await stat(LOCK).then(
        (entry) => entry.mtimeMs,
        () => undefined,
      );
      if (touched !== undefined && Date.now() - touched > LOCK_EXPIRES_MS)
        await rm(LOCK, { recursive: true, force: true });
      else await sleep(200);
    }
  }
  const heartbeat = setInterval(
    () => void utimes(LOCK, new Date(), new Date()).catch(() => {}),
    LOCK_EXPIRES_MS / 5,
  );
  return async () => {
    clearInterval(heartbeat);
    await rm(LOCK, { recursive: true, force: true });
  };
}

async function fetchPackages(onProgress: (line: string) => void): Promise<void> {
  const work = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    await download(work, onProgress);
    const root = join(work, 'root');
    await mkdir(root);
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb'))
        await run('dpkg', ['-x', join(work, file), root], { timeout: COMMAND_TIMEOUT_MS });
    }
    await relocateAlertmanager(root);
    // Renamed when complete, so that no process ever sees half of it.
    await rm(UNPACKED, { recursive: true, force: true });
    await rename(root, UNPACKED);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Where Debian's Alertmanager looks for its templates and pages. */
const ASSETS = '/usr/share/prometheus/alertmanager';

/**
 * Debian compiles an absolute folder into its Alertmanager, which does not start without it. In the unpacked copy the folder
 * becomes relative (same length, so the program stays valid), and a script starts it from the right place.
 */
async function relocateAlertmanager(root: string): Promise<void> {
  const program = join(root, 'usr/bin/prometheus-alertmanager');
  const bytes = await readFile(program);
  const relative = Buffer.from(ASSETS.replace('/usr/', 'usr//'));
  for (let at = bytes.indexOf(ASSETS); at !== -1; at = bytes.indexOf(ASSETS, at)) relative.copy(bytes, at);
  await writeFile(program, bytes);
  const script = '#!/bin/sh\ncd "$(dirname "$0")/../.." && exec usr/bin/prometheus-alertmanager "$@"\n';
  await writeFile(join(root, 'usr/bin/alertmanager'), script, { mode: 0o755 });
}

async function download(work: string, onProgress: (line: string) => void): Promise<void> {
  // Without this, apt run by root warns that its own user cannot write to the folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root'];
  const apt = (args: readonly string[]) =>
    run('apt-get', [...options, ...args], { cwd: work, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1 << 24 });
  onProgress(`fetching the Debian packages ${PACKAGES.join(' and ')} (30 MB, once, nothing is installed)`);
  try {
    await apt(['download', ...PACKAGES]);
  } catch (error) {
    if (
      !/Unable to locate package|can't be found|No candidate/i.test(
        String((error as { stderr?: string }).stderr),
      )
    ) {
      throw error;
    }
    // The package lists are missing, as in a fresh container: read them into a folder of our own.
    const lists = join(work, 'lists');
    const cache = join(work, 'archives');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives/partial'), { recursive: true });
    options.push('-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`);
    onProgress('reading the Debian package lists');
    await apt(['update']);
    await apt(['download', ...PACKAGES]);
  }
}

if (process.argv[1] && existsSync(process.argv[1]) && process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await findPrometheusTools((line) => console.error(line)));
}
