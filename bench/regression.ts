/**
 * Did the working copy become slower than a commit? Both are built, and measured in processes of their own in alternating rounds. What
 * decides is the ratio of what each adds to the SDK's own tracing, so the speed of the machine does not matter.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithUsage, readOptions } from '../dev/command-line.ts';
import { median } from './statistics.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HELP = `Usage: npm run bench:regression -- [--base REF] [--rounds N] [--limit RATIO] [--json]

Compares the CPU that the working copy adds to a JSON call with that of a commit. Exits 1 when the ratio is above the limit.

  --base REF      the commit to compare with (default HEAD)
  --rounds N      how often each is measured (default 9)
  --limit RATIO   the ratio that is too much (default 1.2)
  --json          print JSON
  --help          print this`;

const values = readOptions(HELP, {
  base: { type: 'string', default: 'HEAD' },
  rounds: { type: 'string', default: '9' },
  limit: { type: 'string', default: '1.2' },
  json: { type: 'boolean' },
});
const [rounds, limit] = [Number(values.rounds), Number(values.limit)];
if (!(rounds >= 1) || !(limit > 0)) endWithUsage('--rounds and --limit take numbers above 0', HELP);

const base = await mkdtemp(join(tmpdir(), 'anthropic-otel-base-'));
try {
  progress(`checking out ${values.base}`);
  await run('git', ['worktree', 'add', '--detach', '--force', base, values.base], { cwd: ROOT });
  await symlink(join(ROOT, 'node_modules'), join(base, 'node_modules'));
  // Both by the benchmark of the working copy.
  const isSource = (path: string): boolean => !path.includes('node_modules');
  await cp(join(ROOT, 'bench'), join(base, 'bench'), { recursive: true, filter: isSource });
  for (const folder of [base, ROOT]) {
    progress(`building ${folder === base ? values.base : 'the working copy'}`);
    await run(process.execPath, [join(ROOT, 'node_modules/tsdown/dist/run.mjs'), '--log-level', 'error'], {
      cwd: folder,
    });
  }
  const added: Record<'base' | 'working', number[]> = { base: [], working: [] };
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    added.base.push(await measureAdded(base));
    added.working.push(await measureAdded(ROOT));
  }
  const ratios = added.working.map((value, round) => value / (added.base[round] ?? value));
  const ratio = median(ratios);
  if (values.json) console.log(JSON.stringify({ base: values.base, ratio, limit, ratios }));
  else {
    console.log(
      `The working copy adds ${ratio.toFixed(2)} times what ${values.base} adds to a JSON call ` +
        `(median of ${rounds} rounds, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}; limit ${limit}).`,
    );
  }
  process.exitCode = ratio > limit ? 1 : 0;
} catch (error) {
  console.error(`cannot compare with ${values.base}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await run('git', ['worktree', 'remove', '--force', base], { cwd: ROOT }).catch(() => {});
  await rm(base, { recursive: true, force: true });
}

/** Microseconds of CPU that this package adds to a JSON call over the SDK's own tracing. */
async function measureAdded(folder: string): Promise<number> {
  const worker = join(folder, 'bench/worker.ts');
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    worker,
    'native,anthropic-otel',
    'json',
    '20',
  ]);
  const { native = [], 'anthropic-otel': observed = [] } = JSON.parse(stdout) as Record<string, number[]>;
  return median(observed.map((figure, i) => figure - (native[i] ?? 0)));
}

function progress(text: string): void {
  console.error(`… ${text}`);
}
