/** `npm run chaos`: thousands of calls through everything that goes wrong, with and without the policies, in simulated time. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { printReport } from './report.ts';
import type { VariantResult } from './result.ts';
import { checkTargets } from './targets.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const HELP = `Usage: npm run chaos -- [--calls N] [--seed N] [--json]

Sends calls through a simulated API: rate-limit storms, a brownout, overload waves, a key rotation, cut streams and hangs. Compares
the SDK's retries, a with_retry loop and the policies of anthropic-otel/resilience. Time is simulated: the calls of 50 minutes take
about a minute. Exits with 1 when a target is missed.

  --calls N   how many calls each variant makes (default 10000)
  --seed N    the seed of the failures (default 1)
  --json      print JSON
  --help      print this`;

const flags = readOptions(HELP, {
  calls: { type: 'string', default: '10000' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean' },
});
const [calls, seed] = [Number(flags.calls), Number(flags.seed)];
if (!Number.isInteger(calls) || calls < 100)
  endWithUsage('--calls must be a whole number of at least 100', HELP);
if (!Number.isInteger(seed)) endWithUsage('--seed must be a whole number', HELP);

const run = promisify(execFile);
const worker = fileURLToPath(new URL('run-variant.ts', import.meta.url));
const names = Object.keys(VARIANTS) as VariantName[];
const finished = new Map<VariantName, VariantResult>();
const waiting = [...names];
await Promise.all(Array.from({ length: availableParallelism() }, work));
const results = new Map(names.map((name) => [name, finished.get(name) as VariantResult]));
const targets = checkTargets(results);
if (flags.json) console.log(JSON.stringify({ calls, seed, results: Object.fromEntries(results), targets }));
else printReport(results, targets);
process.exitCode = targets.every(({ met }) => met) ? 0 : 1;

/** Runs variants, one after the other, until none waits. */
async function work(): Promise<void> {
  const name = waiting.shift();
  if (name === undefined) return;
  const startedAt = performance.now();
  const { stdout } = await run(process.execPath, [worker, name, String(calls), String(seed)], {
    maxBuffer: 1 << 26,
  });
  finished.set(name, JSON.parse(stdout) as VariantResult);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(`${name}: ${calls} calls in ${seconds} s`);
  return work();
}
