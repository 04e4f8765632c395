/**
 * The cost of telemetry, in CPU. The SDK alone, with its own tracing, and this package are measured side by side in one process; other instrumentations patch the SDK
 * for their whole process, so each has one of its own, with the SDK's own tracing in another right after it. Several rounds of all; prints medians and the
 * spread between the rounds; claims nothing.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readOptions } from '../dev/command-line.ts';
import { SCENARIOS } from './scenarios.ts';
import { type Figure, figure, machine, median } from './statistics.ts';
import { PEERS, VARIANTS } from './variants.ts';

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const HELP = `Usage: npm run bench -- [--rounds N] [--only SCENARIO] [--peers] [--json]

Measures CPU microseconds per operation, the variants in turn. --rounds N (default 7); --only one of
${SCENARIOS.map(({ name }) => name).join(', ')}; --peers also measures other instrumentations (first: npm install --prefix bench/peers);
--json for a machine.`;

const values = readOptions(HELP, {
  rounds: { type: 'string', default: '7' },
  only: { type: 'string' },
  peers: { type: 'boolean' },
  json: { type: 'boolean' },
});

/** What a variant takes, and what it adds to the SDK's own tracing. */
interface Result {
  readonly takes: Figure;
  readonly adds: Figure;
}

const results: Record<string, Record<string, Result>> = {};
/** What this package adds, in terms of what its records alone add: for each round. */
const ratios: number[] = [];
for (const scenario of SCENARIOS.filter(({ name }) => !values.only || name === values.only)) {
  const takes: Record<string, number[]> = {};
  const adds: Record<string, number[]> = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    const blocks = await measure(ownVariants(scenario.name), scenario.name);
    const native = blocks['native'] ?? [];
    for (const [variant, figures] of Object.entries(blocks)) {
      push(takes, variant, median(figures));
      push(adds, variant, median(figures.map((figure, i) => figure - (native[i] ?? 0))));
    }
    for (const peer of values.peers ? Object.keys(PEERS) : []) {
      const { [peer]: figures = [] } = await measure([peer], scenario.name);
      const { native: alone = [] } = await measure(['native'], scenario.name);
      push(takes, peer, median(figures));
      push(adds, peer, median(figures) - median(alone));
    }
    const [added, records] = [adds['anthropic-otel']?.at(-1), adds['records']?.at(-1)];
    if (added !== undefined && records !== undefined) ratios.push(added / records);
  }
  results[scenario.name] = Object.fromEntries(
    Object.keys(takes).map((variant) => [
      variant,
      { takes: figure(takes[variant] ?? []), adds: figure(adds[variant] ?? []) },
    ]),
  );
}
process.stderr.write('\n');
const ratio = ratios.length > 0 ? figure(ratios) : undefined;
if (values.json)
  console.log(JSON.stringify({ machine: machine(), rounds: Number(values.rounds), results, ratio }));
else print();

function push(lists: Record<string, number[]>, name: string, value: number): void {
  lists[name] = [...(lists[name] ?? []), value];
}

/** The bare cost of the same records is known for a JSON call only. */
function ownVariants(scenario: string): string[] {
  return Object.keys(VARIANTS).filter((variant) => variant !== 'records' || scenario === 'json');
}

async function measure(variants: readonly string[], scenario: string): Promise<Record<string, number[]>> {
  const { stdout } = await run(process.execPath, ['--expose-gc', WORKER, variants.join(','), scenario]);
  process.stderr.write('.');
  return JSON.parse(stdout);
}

function print(): void {
  console.log(machine());
  for (const [name, variants] of Object.entries(results)) {
    const { what } = SCENARIOS.find((scenario) => scenario.name === name)!;
    console.log(`\n${what}: CPU microseconds per operation, median of ${values.rounds} rounds (min to max)`);
    const native = variants['native']?.takes.median ?? 0;
    for (const [variant, { takes, adds }] of Object.entries(variants)) {
      const over =
        variant === 'bare' || variant === 'native'
          ? ''
          : `  ${spread(adds, signed)} over native (${signed((100 * adds.median) / native)} %)`;
      console.log(`  ${variant.padEnd(19)} ${spread(takes, (value) => value.toFixed(0).padStart(5))}${over}`);
    }
  }
  if (ratio) {
    const times = spread(ratio, (value) => value.toFixed(2));
    console.log(`\nFor a JSON call this package adds ${times} times the bare cost of its own records.`);
  }
}

function spread({ median: middle, min, max }: Figure, text: (value: number) => string): string {
  return `${text(middle)} (${text(min).trim()} to ${text(max).trim()})`;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
