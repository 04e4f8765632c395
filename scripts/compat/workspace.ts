/** Prepares what the cells run in: this package as it is published, the SDK versions and both OpenTelemetry lines. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE, installOnce } from '../../dev/install.ts';
import { ROOT } from '../../dev/processes.ts';
import { LIBRARIES, type OtelLine } from './cells.ts';

const run = promisify(execFile);
const FOLDER = join(CACHE, 'compat');

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
  return join(FOLDER, `otel-${otel}`, 'apps', nameOf(row));
}

/**
 * Installs what the rows need on `otel`, with this package as `npm pack` makes it from the built `dist`.
 * @throws when npm fails, with its output
 */
export async function prepareLine(otel: OtelLine, rows: readonly string[]): Promise<void> {
  const folder = join(FOLDER, `otel-${otel}`);
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
  await installOnce(folder, manifests, ['--legacy-peer-deps']);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', FOLDER], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const target = join(folder, 'node_modules', 'anthropic-otel');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(FOLDER, filename), '-C', target, '--strip-components=1']);
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

function nameOf(row: string): string {
  return row.replace(/[^\w.]+/g, '-').replace(/^-/, '');
}
