/**
 * `npm run bench:rules`: how long the rule pack takes. Lets a Prometheus scrape a fleet, evaluates the pack over it for
 * some rounds, then reads the same series without any rule.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { killAll } from '../../dev/processes.ts';
import { startPrometheus } from '../../dev/prometheus.ts';
import { rulesYaml } from '../../src/mixin/alerts/build.ts';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { machine } from '../statistics.ts';
import { fleetOf } from './fleet.ts';
import { measureFloor } from './floor.ts';
import { measureRounds } from './rounds.ts';
import { scrape } from './scrape.ts';

const HELP = `Usage: npm run bench:rules -- [--processes N] [--models N] [--json]

Lets Prometheus scrape a fleet of busy processes, evaluates the rule pack over it, and prints what the groups take; then how
long it takes to read the same series once, without any rule. Takes some eight minutes.

  --processes N   processes of the fleet (default 1000)
  --models N      models that each of them uses (default 5)
  --json          print JSON
  --help          print this`;
/** Seconds between two samples of a series. */
const STEP = 30;
/** Seconds of history: what the widest window of the pack needs. */
const PAST = 20 * 60;
/** Seconds of evaluation: some rounds of the groups that are evaluated once a minute. */
const DURATION = 200;

const values = readOptions(HELP, {
  processes: { type: 'string', default: '1000' },
  models: { type: 'string', default: '5' },
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

const folder = await mkdtemp(join(tmpdir(), 'bench-rules-'));
try {
  await using prometheus = await startPrometheus({ config: {}, folder, onProgress: progress });
  const began = Math.floor(Date.now() / 1000 / STEP) * STEP;
  // The last samples are of the time when everything has been scraped.
  const scraping = Math.max(20, Math.ceil(0.25 * processes));
  const to = began + scraping;
  const fleet = fleetOf({ processes, models, from: began - PAST, to, step: STEP });
  progress(`scraping ${fleet.series} series of ${processes} processes with ${models} models`);
  await scrape(prometheus, fleet, scraping, (scraped) => progress(`${scraped} of ${processes} processes`));
  await sleep(Math.max(0, (to + 1) * 1000 - Date.now()));

  progress('evaluating the rules');
  const ruleFile = join(folder, 'anthropic.rules.yaml');
  await writeFile(ruleFile, rulesYaml(DEFAULT_CONFIG));
  const groups = await measureRounds(prometheus, ruleFile, DURATION);
  progress('reading the same series without rules');
  const rules = ruleGroups(DEFAULT_CONFIG).flatMap((group) => group.rules);
  const floor = await measureFloor(
    prometheus,
    rules.map(({ expr }) => expr),
  );
  print(groups, floor, fleet.series);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function print(
  groups: Awaited<ReturnType<typeof measureRounds>>,
  floor: Awaited<ReturnType<typeof measureFloor>>,
  series: number,
): void {
  const fleet = { processes, models, series };
  if (values.json) {
    console.log(JSON.stringify({ machine: machine(), fleet, groups, readOnce: floor }));
    return;
  }
  const seconds = (value: number): string => `${value.toFixed(2)} s`.padStart(8);
  console.log(`${machine()}\n${series} series of ${processes} processes with ${models} models\n`);
  console.log(`${''.padEnd(22)} fastest   median`);
  const line = (name: string, { min, median }: { min: number; median: number }, rest: string): void =>
    console.log(`${name.padEnd(22)}${seconds(min)} ${seconds(median)}  ${rest}`);
  for (const group of groups) {
    line(group.name, group, `${group.rules} rules, ${group.rounds} rounds; most: ${group.slowest}`);
  }
  const sum = (of: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  line(
    'the pack',
    { min: sum(({ min }) => min), median: sum(({ median }) => median) },
    `${sum(({ rules }) => rules)} rules`,
  );
  line('reading once', floor, `${floor.series} series, each once, no rule`);
}

function progress(line: string): void {
  console.error(`… ${line}`);
}
