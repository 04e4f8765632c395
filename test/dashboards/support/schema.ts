/**
 * Checks dashboards against `@grafana/schema`. The package has types only, so the JSON is written as TypeScript, and the compiler is the judge: it knows
 * unknown fields, wrong types and words that an enum lacks.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../dev/processes.ts';
import type { DashboardJson } from './panels.ts';

const OPTIONS =
  '--noEmit --strict --skipLibCheck --module nodenext --target esnext --types node --allowImportingTsExtensions --ignoreConfig';

/** What the compiler states about dashboards; nothing when they are as the schema wants them. */
export async function schemaProblems(dashboards: readonly DashboardJson[]): Promise<string[]> {
  const constants = dashboards.flatMap(({ panels, ...outline }) => [
    ['Outline', outline] as const,
    ...panels
      .flatMap((panel) => [panel, ...(panel.panels ?? [])])
      .map(({ panels: _, ...panel }) => [`Panels[${JSON.stringify(panel.type)}]`, panel] as const),
  ]);
  const lines = constants.map(
    ([type, value], index) => `export const c${index}: ${type} = ${JSON.stringify(value)};`,
  );
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'schema-'));
  try {
    const file = join(folder, 'dashboards.ts');
    const types = "import type { Outline, Panels } from '../../test/dashboards/support/schema-types.ts';";
    await writeFile(file, [types, ...lines].join('\n'));
    return await compile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compile(file: string): Promise<string[]> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, ...OPTIONS.split(' '), file],
      { maxBuffer: 1 << 26 },
      (error, stdout) => {
        if (error && stdout === '') reject(error);
        else resolve(stdout.split('\n').filter((line) => line.includes('error TS')));
      },
    );
  });
}
