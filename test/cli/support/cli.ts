/** Runs the built command line. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Ended, ROOT, run } from '../../helpers/process.ts';

const BIN = join(ROOT, 'dist/cli/cli.mjs');

/** An empty folder with these files, deleted at the end of the test. */
export function createFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Runs `anthropic-otel` with `args` in `folder`. */
export function cli(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return run(folder, [BIN, ...args], env);
}

/** What `anthropic-otel ... --json` printed. */
export async function cliJson<Result>(
  folder: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Result> {
  return JSON.parse((await cli(folder, [...args, '--json'], env)).stdout) as Result;
}

/** The files below `folder`, by path, without those that begin with a dot. */
export function readTree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
