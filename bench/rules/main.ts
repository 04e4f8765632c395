/**
 * `npm run bench:rules`: how long the rule pack takes. Lets a Prometheus scrape a fleet, and evaluates the pack over it for some rounds; once
 * with each version.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { findEngines, versionOf } from '../../dev/engines.ts';
import { killAll } from '../../dev/processes.ts';
import { startPrometheus } from '../../dev/prometheus.ts';
import { ruleFile, yaml } from '../../src/mixin/alerts/build.ts';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { machine } from '../statistics.ts';
import { fleetOf } from './fleet.ts';
import { measureRounds, type Rounds } from './rounds.ts';
import { scrape } from './scrape.ts';

const HELP = `Usage: npm run bench:rules -- [--processes N] [--models N] [--only TEXT] [--json]

Lets Prometheus scrape a fleet of busy processes, evaluates the whole rule pack over it every 15 seconds, and prints what the groups take: wall-clock
time as Prometheus reports it, and CPU time of its process. Once with Prometheus 2.42 and once with 3.5, from Debian. Takes some seven minutes.

  --processes N   processes of the fleet (default 1000)
  --models N      models that each of them uses (default 5)
  --only TEXT     versions that contain TEXT, such as "2.42"
  --json          print JSON
  --help          print this`;
/** Seconds between two samples of a series. */
const STEP = 30;
/** Seconds of history: what the rules read of all but a few series. More makes the samples more, and not the work of a rule. */
const PAST = 6 * 60;
/** Seconds of evaluation. */
const DURATION = 90;
/** Debian suites whose Prometheus is measured. */
const MEASURED: readonly string[] = ['bookworm', 'sid'];

const values = readOptions(HELP, {
  processes: { type: 'string', default: '1000' },
  models: { type: 'string', default: '5' },
  only: { type: 'string', default: '' },
  json: { type: 'boolean' },
});
const [processes, models] = [Number(values.processes), Number(values.models)];
if (!(processes >= 1) || !(models >= 1)) {
  endWithUsage('--processes and --models take numbers of 1 or more', HELP);
}
process.once('SIGINT', () => {
  killAll();
  process.exit(130);
});

if (!values.json) console.log(`${machine()}\n${processes} processes with ${models} models\n`);
for (const engine of await findEngines(progress)) {
  const program = engine.program('prometheus');
  const version = await versionOf(program);
  if (!MEASURED.includes(engine.suite) || !version.includes(values.only)) continue;
  print(version, await measure(program));
}

async function measure(program: string): Promise<Rounds & { series: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-rules-'));
  try {
    await using prometheus = await startPrometheus({ config: {}, folder, program });
    const began = Math.floor(Date.now() / 1000 / STEP) * STEP;
    // The last samples are of the time when everything has been scraped.
    const scraping = Math.max(20, Math.ceil(0.08 * processes));
    const to = began + scraping;
    const fleet = fleetOf({ processes, models, from: began - PAST, to, step: STEP });
    progress(`scraping ${fleet.series} series of ${processes} processes with ${models} models`);
    await scrape(prometheus, fleet, scraping, (scraped) => progress(`${scraped} of ${processes} processes`));
    await sleep(Math.max(0, (to + 1) * 1000 - Date.now()));

    progress('evaluating the rules');
    // All groups at one pace: a round is an evaluation of the whole pack.
    const groups = ruleGroups(DEFAULT_CONFIG).map(({ interval: _, ...group }) => group);
    const rules = join(folder, 'anthropic.rules.yaml');
    await writeFile(rules, yaml(ruleFile(groups, DEFAULT_CONFIG)));
    return { ...(await measureRounds(prometheus, rules, DURATION)), series: fleet.series };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function print(version: string, { groups, cpuSeconds, series }: Rounds & { series: number }): void {
  if (values.json) {
    console.log(
      JSON.stringify({ machine: machine(), version, processes, models, series, groups, cpuSeconds }),
    );
    return;
  }
  const seconds = (value: number): string => `${value.toFixed(2)} s`.padStart(8);
  console.log(`${`Prometheus ${version}`.padEnd(22)} fastest   median   ${series} series`);
  const line = (name: string, { min, median }: { min: number; median: number }, rest: string): void =>
    console.log(`${name.padEnd(22)}${seconds(min)} ${seconds(median)}   ${rest}`);
  for (const group of groups) {
    line(group.name, group, `${group.rules} rules, ${group.rounds} rounds; most: ${group.slowest}`);
  }
  const sum = (of: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const cpu = cpuSeconds === undefined ? '' : `, ${cpuSeconds.toFixed(2)} s of CPU for each evaluation`;
  line(
    'the pack',
    { min: sum(({ min }) => min), median: sum(({ median }) => median) },
    `${sum(({ rules }) => rules)} rules${cpu}\n`,
  );
}

function progress(line: string): void {
  console.error(`… ${line}`);
}
