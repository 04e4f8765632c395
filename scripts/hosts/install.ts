/** Makes the folder of an application: this package as it is published, the SDK and the host's packages, as a new user installs them. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Cell, Manager } from '../../dev/hosts/cell.ts';
import { findNode } from '../../dev/install.ts';
import { ROOT } from '../../dev/processes.ts';

const run = promisify(execFile);
/** Outside of the repository, whose packages and lockfile the applications would find. Its tests one after the other share it. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'anthropic-otel', 'hosts');
const PNPM = 'pnpm@latest';
const YARN = '@yarnpkg/cli-dist@latest';

/** A package as `npm pack` makes it. */
export interface Tarball {
  readonly path: string;
  readonly hash: string;
  /** What an installation depends on: a change here installs anew. */
  readonly dependencies: string;
}

/** Packs the built package. */
export async function pack(): Promise<Tarball> {
  await mkdir(CACHE, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', CACHE], {
    cwd: ROOT,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const path = join(CACHE, filename);
  const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  return {
    path,
    hash: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    dependencies: JSON.stringify([
      dependencies,
      peerDependencies,
      peerDependenciesMeta,
      optionalDependencies,
    ]),
  };
}

/** A folder in which the packages of `cell` are installed, and nothing else is. @throws with the last line of the installer */
export async function install(
  cell: Cell,
  tarball: Tarball,
  progress: (line: string) => void,
): Promise<string> {
  const { manager = 'npm', installFlags = [], node = 24 } = cell;
  const steps = await stepsOf(cell);
  const wanted = JSON.stringify({ manager, node, steps, installFlags, dependencies: tarball.dependencies });
  const key = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const folder = join(CACHE, 'apps', key);
  const marker = join(CACHE, 'apps', `${key}.json`);
  const done = existsSync(marker) ? JSON.parse(await readFile(marker, 'utf8')) : undefined;
  if (done?.hash === tarball.hash) {
    await clear(folder);
    return folder;
  }
  if (done && manager !== 'yarn-pnp') {
    await clear(folder);
    await replacePackage(folder, tarball);
  } else {
    progress(`installing ${steps.flat().join(' ')} with ${manager}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
    for (const [index, list] of steps.entries()) {
      const all = index === steps.length - 1 ? [tarball.path, ...list] : list;
      await installWith(manager, folder, all, installFlags, node);
    }
  }
  await writeFile(marker, JSON.stringify({ hash: tarball.hash, wanted: JSON.parse(wanted) }));
  return folder;
}

/** Whether the packages of `cell` can be installed where this one is not. */
export async function installsWithoutUs(cell: Cell): Promise<boolean> {
  const folder = join(CACHE, 'without');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
  try {
    const { manager = 'npm', node = 24 } = cell;
    await installWith(
      manager,
      folder,
      (await stepsOf(cell)).flat(),
      manager === 'npm' ? ['--dry-run'] : [],
      node,
    );
    return true;
  } catch {
    return false;
  }
}

/** What is installed one after the other, by exact versions. */
function stepsOf({ sdk = '@anthropic-ai/sdk@latest', packages = [] }: Cell): Promise<string[][]> {
  const lists = packages.every((item) => typeof item === 'string') ? [packages] : packages;
  return Promise.all(
    lists.map((list, index) =>
      Promise.all([...(index === lists.length - 1 && sdk ? [sdk] : []), ...list].map((spec) => pinned(spec))),
    ),
  );
}

async function installWith(
  manager: Manager,
  folder: string,
  packages: readonly string[],
  flags: readonly string[],
  node: number,
): Promise<void> {
  const environment = await environmentOf(folder, node);
  const call = async (command: string, args: readonly string[]): Promise<void> => {
    try {
      await run(command, args, { cwd: folder, env: environment, maxBuffer: 1e8, timeout: 300_000 });
    } catch (error) {
      const {
        stderr = '',
        stdout = '',
        message,
      } = error as { stderr?: string; stdout?: string; message: string };
      const lines = `${stdout}\n${stderr}`
        .split('\n')
        .filter((line) => /err/i.test(line) && !/complete log|^npm error$/.test(line));
      throw new Error(`${manager} install: ${lines.slice(0, 3).join(' | ') || message.split('\n')[0]}`);
    }
  };
  if (manager === 'npm') {
    await call('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags, ...packages]);
  } else if (manager === 'pnpm') {
    await call('node', [
      await tool(PNPM, 'bin/pnpm.cjs', 'bin/pnpm.mjs'),
      'add',
      '--prefer-offline',
      ...flags,
      ...packages,
    ]);
  } else {
    const yarn = await tool(YARN, 'bin/yarn.js');
    const linker = manager === 'yarn' ? 'node-modules' : 'pnp';
    await writeFile(
      join(folder, '.yarnrc.yml'),
      `nodeLinker: ${linker}\nenableTelemetry: false\nenableGlobalCache: true\n`,
    );
    await writeFile(join(folder, 'yarn.lock'), '');
    const specs = packages.map((spec) => (spec.startsWith('/') ? `anthropic-otel@file:${spec}` : spec));
    await call('node', [yarn, 'add', ...flags, ...specs]);
  }
}

/** The script of a tool that npm installs into a folder of its own. */
export async function tool(spec: string, ...scripts: readonly string[]): Promise<string> {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  const folder = join(CACHE, 'tools', name.replace(/\W+/g, '-'));
  const base = join(folder, 'node_modules', name);
  if (!existsSync(base)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', spec], { cwd: folder });
  }
  const script = scripts.find((path) => existsSync(join(base, path)));
  if (!script) throw new Error(`${spec} has no ${scripts.join(' or ')}`);
  return join(base, script);
}

/** The environment of a host: without what changes how npm, an SDK or OpenTelemetry behaves, and with the application's commands. */
export async function environmentOf(folder: string, node: number): Promise<Record<string, string>> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(OTEL_|ANTHROPIC|NODE_(OPTIONS|PATH|ENV|V8_COVERAGE)|npm_(lifecycle|package|command|execpath)|INIT_CWD|VITEST|DD_|SENTRY_|LANGFUSE_|PORT$|CI$)/.test(
        name,
      ),
  );
  const system = (process.env['PATH'] ?? '').split(':').filter((path) => !path.includes('node_modules'));
  const bin = dirname(await findNode(node));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    PATH: [join(folder, 'node_modules', '.bin'), bin, ...system].join(':'),
  };
}

/** Puts the package as it is now into an installation that has the same dependencies. */
async function replacePackage(folder: string, tarball: Tarball): Promise<void> {
  const target = await realpath(join(folder, 'node_modules', 'anthropic-otel'));
  for (const name of await readdir(target)) {
    if (name !== 'node_modules') await rm(join(target, name), { recursive: true });
  }
  await run('tar', ['-xzf', tarball.path, '-C', target, '--strip-components=1']);
}

const KEPT =
  /^(node_modules|package\.json|package-lock\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|\.yarnrc\.yml|\.yarn|\.pnp\..*)$/;

/** Takes out what a cell has left. */
async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!KEPT.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

const versions = new Map<string, Promise<string>>();

/** A range by the newest version in it, so that a new release is seen at the next run. */
function pinned(spec: string): Promise<string> {
  const at = spec.lastIndexOf('@');
  const known = versions.get(spec);
  if (known) return known;
  const looked = newest(spec).then((version) => (version ? `${spec.slice(0, at)}@${version}` : spec));
  versions.set(spec, looked);
  return looked;
}

/** The version in the registry, which is good for half a day. */
async function newest(spec: string): Promise<string | undefined> {
  const file = join(CACHE, 'versions', `${spec.replace(/[^\w.@-]+/g, '+')}.json`);
  const known = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
  if (known && Date.now() - known.time < 12 * 3_600_000) return known.version;
  try {
    const { stdout } = await run('npm', ['view', spec, 'version', '--json'], { cwd: CACHE });
    const found = JSON.parse(stdout) as string | string[];
    const version = Array.isArray(found) ? found.toSorted(byVersion).at(-1) : found;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ version, time: Date.now() }));
    return version;
  } catch {
    return known?.version;
  }
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
