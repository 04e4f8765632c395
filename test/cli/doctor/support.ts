/** Runs doctor in this process: a process for each of a hundred checks would take minutes. `stack.test.ts` runs the command itself too. */
import { expect } from 'vitest';
import { doctor } from '../../../src/cli/doctor/command.ts';
import type { Io } from '../../../src/cli/io.ts';
import { VERSION } from '../../../src/signals/scope.ts';
import { createFolder } from '../support/cli.ts';

/** A finding, as `--json` prints it. */
export interface Found {
  readonly id: string;
  readonly problem: string;
  readonly fix: string;
}

/** What doctor is run with. */
export interface Surroundings {
  /** The files of the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** The findings of `doctor ...args` in a folder of its own. */
export async function findings(
  args: readonly string[],
  { files = {}, env = {} }: Surroundings = {},
): Promise<readonly Found[]> {
  return findingsIn(createFolder(files), args, env);
}

/** The findings of `doctor ...args` in `cwd`. */
export async function findingsIn(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Found[]> {
  let result: { readonly findings: readonly Found[] } | undefined;
  const io: Io = {
    cwd,
    env,
    json: true,
    print() {},
    printJson(printed) {
      result = printed as { findings: Found[] };
    },
    note() {},
    style: (_format, text) => text,
    progress: (_text, work) => work,
  };
  const code = await doctor.run(args, io);
  const found = result?.findings ?? [];
  expect(code).toBe(found.length > 0 ? 1 : 0);
  for (const { problem, fix } of found) expect([problem, fix].every((text) => text.length > 20)).toBe(true);
  return found;
}

/** The names of the findings, each once. */
export async function found(
  args: readonly string[],
  surroundings?: Surroundings,
): Promise<readonly string[]> {
  return [...new Set((await findings(args, surroundings)).map(({ id }) => id))];
}

/** Installed packages, as doctor reads them: a version for each path. */
export function installed(packages: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(packages)
      .filter(([, version]) => version !== undefined)
      .map(([path, version]) => [
        `${path}/package.json`,
        JSON.stringify({ name: path.split('node_modules/').at(-1), version }),
      ]),
  );
}

/** What a healthy application has. */
export const HEALTHY_PACKAGES: Readonly<Record<string, string>> = {
  'node_modules/@anthropic-ai/sdk': '1.11.0',
  'node_modules/anthropic-otel': VERSION,
  'node_modules/@opentelemetry/api': '1.10.0',
  'node_modules/@opentelemetry/sdk-metrics': '3.1.1',
};
