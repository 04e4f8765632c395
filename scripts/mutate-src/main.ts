/** `npm run test:mutants:src`: puts faults into a copy of `src`, one at a time, and shows which of them the tests notice. */
import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readOptions } from '../../dev/command-line.ts';
import { ROOT } from '../../dev/processes.ts';
import { CORE, type Mutant, REGISTER } from './mutants.ts';

const run = promisify(execFile);
const HELP = `Usage: npm run test:mutants:src -- [--only TEXT] [--tests PATH]... [--json]

Puts each fault of scripts/mutate-src/mutants.ts into a copy of src, and runs the test file on it that the fault names; where
that stays green, all tests until one fails. Exits with 1 when a fault stays unnoticed, or when its text is no longer in one file of src.

  --only TEXT    only faults that lose what TEXT is part of
  --tests PATH   the tests to run in place of that file and the usual ones; may be given many times
  --json         print JSON
  --help         print this`;

/** Tests that run in one process with the code, and tests that start processes with the built package. */
const CORE_TESTS = [
  'test/unit',
  'test/integration',
  'test/faults/components.test.ts',
  'test/bounds/text.test.ts',
];
const REGISTER_TESTS = ['test/process/ends.test.ts', 'test/process/endpoint-hostile.test.ts'];

/** The tests of running time prove nothing of these faults, and take longest. */
const OPTIONS = ['--bail=1', '--reporter=json', '--exclude=test/unit/linear.test.ts'];

/** What came of a mutant. */
interface Result {
  readonly loses: string;
  /** The first test that failed. */
  readonly caughtBy: string | undefined;
}

const flags = readOptions(HELP, {
  only: { type: 'string', default: '' },
  tests: { type: 'string', multiple: true },
  json: { type: 'boolean' },
});
const folder = await copyOfRepository();
process.once('exit', () => execFileSync('rm', ['-rf', folder]));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const results: Result[] = [];
const chosen = [...CORE, ...REGISTER].filter(({ loses }) => loses.includes(flags.only));
const broken = await firstFailureOf(flags.tests ?? [...new Set(chosen.map(({ by }) => fileOf(by)))]);
if (broken !== undefined) throw new Error(`fails without any fault: ${broken}`);
for (const mutant of chosen) {
  const { loses } = mutant;
  const caughtBy = await firstFailure(mutant, REGISTER.includes(mutant));
  results.push({ loses, caughtBy });
  const count = `${results.length}/${chosen.length}`;
  console.error(
    `${count} ${caughtBy === undefined ? 'NOT NOTICED' : 'noticed'}: ${loses}${caughtBy === undefined ? '' : `\n  by ${caughtBy}`}`,
  );
}

const missed = results.filter(({ caughtBy }) => caughtBy === undefined);
if (flags.json) console.log(JSON.stringify(results));
else console.log(`${results.length - missed.length} of ${results.length} faults noticed`);
process.exitCode = missed.length > 0 ? 1 : 0;

function fileOf(by: string): string {
  return `test/${by}.test.ts`;
}

/** The title of the first test that fails with `mutant` in place. */
async function firstFailure({ loses, from, to, by }: Mutant, built: boolean): Promise<string | undefined> {
  const sources = [...(await sourceFiles())].filter(([, content]) => content.includes(from));
  const [[path, text] = ['', '']] = sources;
  if (sources.length !== 1) {
    console.error(`Update the mutant "${loses}": ${sources.length} files have its text.`);
    return undefined;
  }
  await writeFile(
    path,
    text.replace(from, () => to),
  );
  try {
    if (built) await node('tsdown/dist/run.mjs', '--log-level', 'error');
    if (flags.tests) return await firstFailureOf(flags.tests);
    return (
      (await firstFailureOf([fileOf(by)])) ?? (await firstFailureOf(built ? REGISTER_TESTS : CORE_TESTS))
    );
  } finally {
    await writeFile(path, text);
  }
}

/** The title of the first of `tests` that fails. */
async function firstFailureOf(tests: readonly string[]): Promise<string | undefined> {
  const report = join(folder, 'report.json');
  await rm(report, { force: true });
  try {
    await node('vitest/vitest.mjs', 'run', ...OPTIONS, `--outputFile=${report}`, ...tests);
    return undefined;
  } catch {
    return failedTest(await readFile(report, 'utf8').catch(() => '{}'));
  }
}

/** The files of `src`, by path. */
async function sourceFiles(): Promise<Map<string, string>> {
  const names = await readdir(join(folder, 'src'), { recursive: true });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, 'src', name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

function node(script: string, ...args: readonly string[]): Promise<unknown> {
  const path = join(folder, 'node_modules', script);
  return run(process.execPath, [path, ...args], { cwd: folder, maxBuffer: 1e8, timeout: 600_000 });
}

/** The first failed test in a report of vitest. */
function failedTest(report: string): string {
  const { testResults = [] } = JSON.parse(report) as {
    testResults?: { name: string; assertionResults: { status: string; fullName: string }[] }[];
  };
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) return `${name.slice(folder.length + 1)}: ${failed.fullName}`;
  }
  return 'a file that cannot be loaded, or a process that hangs';
}

/** A copy of what is tracked, with the same packages. */
async function copyOfRepository(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'mutants-'));
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: ROOT, maxBuffer: 1e8 });
  for (const path of stdout.split('\0')) {
    if (path && !path.startsWith('docs/images')) await cp(join(ROOT, path), join(copy, path)).catch(() => {});
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await cp(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  return copy;
}
