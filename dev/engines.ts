/**
 * Rule engines of other versions, from the Debian suites that carry them: unpacked into `.cache/engines`, never installed. A private apt
 * configuration reaches the newer suites and leaves that of the system alone.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../.cache/engines', import.meta.url));
const COMMAND_TIMEOUT_MS = 300_000;

/** A Debian suite, and what of it is a rule engine. */
export interface Suite {
  readonly name: 'bookworm' | 'trixie' | 'sid';
  /** Packages by what is run of them. */
  readonly packages: readonly string[];
}

/** The suites, oldest first. In bookworm, promtool is part of the package prometheus. */
export const SUITES: readonly Suite[] = [
  { name: 'bookworm', packages: ['prometheus', 'prometheus-alertmanager'] },
  { name: 'trixie', packages: ['prometheus', 'promtool', 'prometheus-alertmanager'] },
  { name: 'sid', packages: ['prometheus', 'promtool', 'prometheus-alertmanager', 'victoria-metrics'] },
];

/** The programs of a suite. */
export interface Engine {
  readonly suite: Suite['name'];
  /** The path of a program, such as `promtool`. */
  program(name: string): string;
}

/**
 * The programs of each suite, fetched on first use. A suite that cannot be had is left out, and `onProgress` gets the reason.
 */
export async function findEngines(onProgress: (line: string) => void = () => {}): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const suite of SUITES) {
    const folder = join(CACHE, suite.name);
    try {
      await access(folder).catch(() => fetchSuite(suite, folder, onProgress));
      engines.push({ suite: suite.name, program: (name) => join(folder, 'usr/bin', name) });
    } catch (problem) {
      onProgress(`Debian ${suite.name} cannot be had: ${(problem as Error).message.split('\n')[0]}`);
    }
  }
  return engines;
}

/** The version that a program reports, such as `3.5.3`. */
export async function versionOf(program: string): Promise<string> {
  const { stdout, stderr } = await run(program, ['--version']).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? 'unknown';
}

async function fetchSuite(
  { name, packages }: Suite,
  folder: string,
  onProgress: (line: string) => void,
): Promise<void> {
  onProgress(`fetching ${packages.join(', ')} of Debian ${name}`);
  const work = `${folder}.new`;
  await rm(work, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial', 'state', 'parts', 'debs']) {
    await mkdir(join(work, 'apt', part), { recursive: true });
  }
  const apt = join(work, 'apt');
  await writeFile(
    join(apt, 'parts', 'debian.sources'),
    `Types: deb\nURIs: http://deb.debian.org/debian\nSuites: ${name}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`,
  );
  const settings = {
    'Dir::State': join(apt, 'state'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Etc::sourcelist': join(apt, 'none.list'),
    'Dir::Etc::sourceparts': join(apt, 'parts'),
    // The suite may be newer than the release of the host.
    'APT::Default-Release': '',
  };
  const config = join(apt, 'apt.conf');
  await writeFile(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(''),
  );
  const options = {
    env: { ...process.env, APT_CONFIG: config },
    cwd: join(apt, 'debs'),
    timeout: COMMAND_TIMEOUT_MS,
  };
  await run('apt-get', ['update', '-q'], options);
  await run('apt-get', ['download', '-q', ...packages], options);
  const files = await readdir(options.cwd);
  const unpacked = join(work, 'unpacked');
  for (const file of files)
    await run('dpkg', ['-x', join(options.cwd, file), unpacked], { timeout: COMMAND_TIMEOUT_MS });
  await rename(unpacked, folder);
  await rm(work, { recursive: true, force: true });
}
