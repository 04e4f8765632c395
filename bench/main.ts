/**
 * The cost of telemetry, in CPU. Every variant runs in a process of its own, in alternating rounds, so that a machine that speeds up or slows
 * down does so for all. Prints medians and the spread between the rounds; claims nothing.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { SCENARIOS } from './scenarios.ts';
import { type Figure, figure, machine, median } from './statistics.ts';
import { PEERS, VARIANTS } from './variants.ts';

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const HELP = `Usage: npm run bench -- [--rounds N] [--only SCENARIO] [--peers] [--json]

Measures CPU microseconds per operation, alternating the variants. --rounds N (default 7); --only one of
${SCENARIOS.map(({ name }) => name).join(', ')}; --peers also measures other instrumentations (first: npm install --prefix bench/peers);
--json for a machine.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    peers: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const results: Record<string, Record<string, Figure>> = {};
for (const scenario of SCENARIOS.filter(({ name }) => !values.only || name === values.only)) {
  const rounds: Record<string, number[]> = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of variantsOf(scenario.name)) {
      const { stdout } = await run(process.execPath, [WORKER, variant, scenario.name, '10']);
      const blocks = stdout.trim().split('\n').map(Number);
      // Within one process the quickest blocks are the ones that nothing disturbed.
      blocks.sort((a, b) => a - b);
      const quick = blocks.slice(0, Math.ceil(blocks.length / 2));
      rounds[variant] ??= [];
      rounds[variant].push(median(quick));
      process.stderr.write('.');
    }
  }
  results[scenario.name] = Object.fromEntries(
    Object.entries(rounds).map(([variant, values]) => [variant, figure(values)]),
  );
}
process.stderr.write('\n');
if (values.json) console.log(JSON.stringify({ machine: machine(), results }));
else print();

/** The bare cost of the same records is known for a JSON call only. */
function variantsOf(scenario: string): string[] {
  const own = Object.keys(VARIANTS).filter((variant) => variant !== 'records' || scenario === 'json');
  return values.peers ? [...own, ...Object.keys(PEERS)] : own;
}

function print(): void {
  console.log(machine());
  for (const [name, figures] of Object.entries(results)) {
    const { what } = SCENARIOS.find((scenario) => scenario.name === name)!;
    console.log(`\n${what}: CPU microseconds per operation, median of ${values.rounds} rounds (min to max)`);
    const native = figures['native']?.median ?? 0;
    for (const [variant, { median: value, min, max }] of Object.entries(figures)) {
      const added = value - native;
      const over =
        variant === 'bare' || variant === 'native'
          ? ''
          : `  ${signed(added)} over native (${signed((100 * added) / native)} %)`;
      console.log(
        `  ${variant.padEnd(10)} ${value.toFixed(0).padStart(8)}  (${min.toFixed(0)} to ${max.toFixed(0)})${over}`,
      );
    }
    const [ours, records] = [figures['ours'], figures['records']];
    if (ours && records) {
      const ratio = (ours.median - native) / (records.median - native);
      console.log(`  ours adds ${ratio.toFixed(2)} times the bare cost of its own records`);
    }
  }
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
