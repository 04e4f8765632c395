/** Installs packages that some commands and tests need, on first use, into a cache folder of the repository. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './processes.ts';

const run = promisify(execFile);

/** The cache folder. Git ignores it, and it can be deleted at any time. */
export const CACHE: string = join(ROOT, '.cache');

/**
 * Writes `manifests`, by their paths in `folder`, and installs what they name, unless that was done before.
 *
 * @throws Error with the output of npm, when it fails.
 */
export async function installOnce(
  folder: string,
  manifests: Readonly<Record<string, unknown>>,
  options: readonly string[] = [],
): Promise<void> {
  const wanted = JSON.stringify(manifests, null, 2);
  const done = join(folder, 'installed.json');
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(manifest, null, 2));
  }
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', ...options],
    {
      cwd: folder,
      maxBuffer: 1e8,
    },
  );
  await writeFile(done, wanted);
}

/** The executable of a Node of this major version. @throws Error when npm cannot install it. */
export async function findNode(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(CACHE, `node-${major}`);
  await installOnce(folder, { 'package.json': { private: true, dependencies: { [name]: `^${major}.0.0` } } });
  return join(folder, 'node_modules', name, 'bin', 'node');
}
