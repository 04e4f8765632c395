/** Where the CPU of a call goes, with the SDK's own tracing and with this package: self time in a profile, by the package of the code. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithUsage, readOptions } from '../dev/command-line.ts';
import { SCENARIOS, WARM_UP } from './scenarios.ts';
import { figure, machine, median } from './statistics.ts';

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const HELP = `Usage: npm run bench:profile -- [--rounds N] [--only SCENARIO] [--json]

Profiles a scenario with the SDK's own tracing and with this package in turn, and prints microseconds per operation by the package of the code,
medians of the rounds. The profiler slows everything down: compare the parts, not the sums. --rounds N (default 5); --only one of ${SCENARIOS.map(({ name }) => name).join(', ')}
(default json).`;
const BLOCKS = 60;

/** Where code comes from, by what its URL or name contains. The first that fits counts. */
const PARTS: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['garbage collection', /^\(garbage collector\)/],
  ['OpenTelemetry: finding a series', /^hashAttributes \S*@opentelemetry\/sdk-metrics/],
  ['OpenTelemetry: other metrics', /@opentelemetry\/sdk-metrics/],
  ['OpenTelemetry: spans, contexts', /@opentelemetry/],
  ['the SDK', /@anthropic-ai/],
  ['this package', /\/dist\/[\w-]+\.mjs$/],
  ['Node', /^\S* (node:|$)/],
];

/** The part of what is left. */
const BENCHMARK = 'the benchmark';

/** Microseconds per operation, by part. */
type Profile = ReadonlyMap<string, number>;

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const values = readOptions(HELP, {
  rounds: { type: 'string', default: '5' },
  only: { type: 'string', default: 'json' },
  json: { type: 'boolean' },
});
const scenario = SCENARIOS.find(({ name }) => name === values.only);
if (!scenario) endWithUsage(`no such scenario: ${values.only}`, HELP);

const rounds = Number(values.rounds);
if (!(rounds >= 1)) endWithUsage('--rounds takes a number of 1 or more', HELP);

const profiles: { readonly native: Profile; readonly observed: Profile }[] = [];
for (let round = 1; round <= rounds; round += 1) {
  console.error(`… round ${round} of ${rounds}`);
  profiles.push({ native: await profile('native'), observed: await profile('anthropic-otel') });
}
const parts = [...PARTS.map(([part]) => part), BENCHMARK].map((part) => ({
  part,
  native: median(profiles.map(({ native }) => native.get(part) ?? 0)),
  observed: median(profiles.map(({ observed }) => observed.get(part) ?? 0)),
  added: figure(profiles.map(({ native, observed }) => (observed.get(part) ?? 0) - (native.get(part) ?? 0))),
}));
if (values.json) console.log(JSON.stringify({ machine: machine(), scenario: scenario.name, rounds, parts }));
else {
  console.log(
    `${machine()}\n\n${scenario.what}: microseconds per operation, its own tracing, this package, difference`,
  );
  for (const { part, native, observed, added } of parts) {
    const cells = [native, observed, added.median].map((value) => value.toFixed(1).padStart(8));
    console.log(`  ${part.padEnd(32)}${cells.join('')} (${added.min.toFixed(1)} to ${added.max.toFixed(1)})`);
  }
}

async function profile(variant: string): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'anthropic-otel-profile-'));
  try {
    const flags = ['--expose-gc', '--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=150'];
    await run(process.execPath, [...flags, WORKER, variant, scenario!.name, String(BLOCKS)]);
    const [file = ''] = await readdir(folder);
    const { nodes, samples, timeDeltas } = JSON.parse(
      await readFile(join(folder, file), 'utf8'),
    ) as CpuProfile;
    const frames = new Map(
      nodes.map(({ id, callFrame }) => [id, `${callFrame.functionName} ${callFrame.url}`]),
    );
    const operations = scenario!.block * (BLOCKS + WARM_UP);
    const times = new Map(PARTS.map(([part]) => [part, 0]));
    samples.forEach((id, i) => {
      const part = partOf(frames.get(id) ?? '');
      times.set(part, (times.get(part) ?? 0) + (timeDeltas[i] ?? 0) / operations);
    });
    return times;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function partOf(frame: string): string {
  return PARTS.find(([, pattern]) => pattern.test(frame))?.[0] ?? BENCHMARK;
}
