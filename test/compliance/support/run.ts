/** Runs the scenarios in processes of their own, with and without telemetry. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { freePort, ROOT, runNode } from '../../helpers/process.ts';
import type { Observation } from './child.ts';

const CHILD = join(ROOT, 'test/compliance/support/child.ts');
const REGISTER = join(ROOT, 'dist/register.mjs');
const MODULES = join(ROOT, 'node_modules');

/** How a process of scenarios is started. */
export interface Way {
  readonly mode: 'plain' | 'passing' | 'code' | 'register';
  readonly loader: 'esm' | 'cjs';
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process of scenarios came to. */
export interface Run {
  readonly code: number | null;
  readonly observations: ReadonlyMap<string, Observation>;
  /** Calls, spans and failures of telemetry, where telemetry is added in code. */
  readonly recorded: { readonly calls: number; readonly spans: number; readonly errors: number } | undefined;
  /** Log records on standard error. */
  readonly records: readonly Record<string, unknown>[];
  /** Other lines on standard error. */
  readonly warnings: readonly string[];
}

/** A folder of modules with a second copy of the SDK. It goes with the tests of the file. */
export function createCopies(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-copies-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const copies = join(folder, 'node_modules');
  mkdirSync(copies);
  for (const name of readdirSync(MODULES)) {
    if (!name.startsWith('.')) symlinkSync(join(MODULES, name), join(copies, name));
  }
  const filter = (path: string): boolean => !/\.(map|ts|mts)$/.test(path) && !path.endsWith('/sdk/src');
  cpSync(join(MODULES, '@anthropic-ai/sdk'), join(copies, 'second-copy'), { recursive: true, filter });
  return copies;
}

/** Runs all scenarios, or those whose names contain `only`. */
export async function runScenarios(copies: string, way: Way, only = ''): Promise<Run> {
  const { mode, loader, env } = way;
  const flags = mode === 'register' ? [loader === 'cjs' ? '--require' : '--import', REGISTER] : [];
  const { code, stdout, records, warnings } = await runNode([...flags, CHILD, mode, loader, copies], {
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    ONLY: only,
    ...env,
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const reported = lines.map((line) => JSON.parse(line) as Observation & Pick<Run, 'recorded'>);
  const observations = reported.filter((line) => line.name !== undefined);
  return {
    code,
    observations: new Map(observations.map((observation) => [observation.name, observation])),
    recorded: reported.find((line) => line.recorded)?.recorded,
    records,
    warnings,
  };
}
