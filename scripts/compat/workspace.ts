/** Prepares the cache folder: this package as it is published, the SDK versions, both OpenTelemetry lines, and the Nodes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LIBRARIES, type OtelLine } from './cells.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.cache', 'compat');

/** The packages of each OpenTelemetry line. Those of this package's own dependencies come at the same versions. */
const OTEL: Record<OtelLine, Readonly<Record<string, string>>> = {
  2: lineOf('~1.9.0', '~0.223.0', '^2.0.0'),
  3: lineOf('~1.10.0', '~0.301.0', '^3.0.0'),
};

function lineOf(api: string, unstable: string, stable: string): Record<string, string> {
  return {
    '@opentelemetry/api': api,
    '@opentelemetry/exporter-prometheus': unstable,
    '@opentelemetry/instrumentation': unstable,
    '@opentelemetry/sdk-node': unstable,
    '@opentelemetry/sdk-metrics': stable,
  };
}

/** The folder of the application of `row`. */
export function appFolder(otel: OtelLine, row: string): string {
  return join(CACHE, `otel-${otel}`, 'apps', nameOf(row));
}

/**
 * Installs what the rows need on `otel`, with this package as `npm pack` makes it from the built `dist`.
 * @throws when npm fails, with its output
 */
export async function prepareLine(otel: OtelLine, rows: readonly string[]): Promise<void> {
  const folder = join(CACHE, `otel-${otel}`);
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const latest = await latestVersion();
  const manifest = {
    private: true,
    workspaces: ['apps/*'],
    dependencies: { ...dependencies, ...OTEL[otel] },
  };
  const manifests: Record<string, unknown> = { 'package.json': manifest };
  for (const row of rows) {
    manifests[join('apps', nameOf(row), 'package.json')] = {
      private: true,
      name: nameOf(row),
      version: '1.0.0',
      dependencies: LIBRARIES[row] ?? { '@anthropic-ai/sdk': row === 'latest' ? latest : `~${row}.0` },
    };
  }
  await installOnce(folder, manifests, ['--legacy-peer-deps', '--ignore-scripts']);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', CACHE], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const target = join(folder, 'node_modules', 'anthropic-otel');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(CACHE, filename), '-C', target, '--strip-components=1']);
}

/** The executable of a Node of this major version. @throws when it cannot be had */
export async function findNode(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(CACHE, `node-${major}`);
  const manifest = { private: true, dependencies: { [name]: `^${major}.0.0` } };
  await installOnce(folder, { 'package.json': manifest }, ['--ignore-scripts']);
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/** The versions that the registry serves, oldest first. */
export async function servedVersions(): Promise<string[]> {
  const { stdout } = await run('npm', ['view', '@anthropic-ai/sdk', 'versions', '--json']);
  const minors = new Map<string, true>();
  for (const version of JSON.parse(stdout) as string[]) {
    const [, major = '', minor = ''] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
    if (Number(major) > 0 || Number(minor) >= 39) minors.set(`${major}.${minor}`, true);
  }
  const parts = (text: string): number =>
    text.split('.').reduce((sum, part) => sum * 10_000 + Number(part), 0);
  return [...minors.keys()].sort((a, b) => parts(a) - parts(b));
}

/** The version of the package `name` that the application of `row` gets. */
export async function installedVersion(otel: OtelLine, row: string, name: string): Promise<string> {
  let folder = appFolder(otel, row);
  while (!existsSync(join(folder, 'node_modules', name)) && folder !== dirname(folder))
    folder = dirname(folder);
  return JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** By its number, because npm takes the tag for satisfied by any version that another row brings. */
async function latestVersion(): Promise<string> {
  const { stdout } = await run('npm', ['view', '@anthropic-ai/sdk', 'version']);
  return stdout.trim();
}

/** Writes the manifests and installs, unless that was done for the same manifests before. */
async function installOnce(
  folder: string,
  manifests: Readonly<Record<string, unknown>>,
  options: readonly string[],
): Promise<void> {
  const wanted = JSON.stringify(manifests, null, 2);
  const done = join(folder, 'installed.json');
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(manifest, null, 2));
  }
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...options], {
    cwd: folder,
    maxBuffer: 1e8,
  });
  await writeFile(done, wanted);
}

function nameOf(row: string): string {
  return row.replace(/[^\w.]+/g, '-').replace(/^-/, '');
}
