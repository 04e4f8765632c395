/**
 * `npm run bench:dashboards`: what every dashboard takes of a Prometheus over 24 hours of a fleet, from the counters and from the records of
 * `alerts/anthropic.dashboards.yaml`.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { killAll } from '../../dev/processes.ts';
import { machine } from '../statistics.ts';
import { serve, writeHistory } from './history.ts';
import { type Dashboard, type Load, load } from './load.ts';

const HELP = `Usage: npm run bench:dashboards -- [--processes N] [--models N] [--hours N] [--only NAME] [--keep FOLDER] [--json]

Writes the history of a fleet as blocks, records it, and prints what each dashboard takes: seconds until the last response, seconds
that the Prometheus computed, and the slowest queries. The computed seconds do not depend on what else the machine does: divided
by the number of cores they are how long a dashboard takes at least. The history takes some minutes.

  --processes N   processes of the fleet (default 60)
  --models N      models that each of them uses (default 1)
  --hours N       length of the time range (default 24)
  --only NAME     one dashboard: triage, errors, latency, rate-limits, cost or telemetry
  --keep FOLDER   keeps the history in this folder, and uses it where it is there
  --json          print JSON
  --help          print this`;
/** Seconds between two samples. */
const STEP = 60;
const NAMES = ['triage', 'errors', 'latency', 'rate-limits', 'cost', 'telemetry'];

interface Row {
  readonly dashboard: string;
  readonly counters: Load;
  readonly records: Load;
}

const values = readOptions(HELP, {
  processes: { type: 'string', default: '60' },
  models: { type: 'string', default: '1' },
  hours: { type: 'string', default: '24' },
  only: { type: 'string' },
  keep: { type: 'string' },
  json: { type: 'boolean' },
});
const [processes, models, hours] = [Number(values.processes), Number(values.models), Number(values.hours)];
if (!(processes >= 1 && models >= 1 && hours >= 1)) {
  endWithUsage('--processes, --models and --hours take numbers of 1 or more', HELP);
}
if (values.only && !NAMES.includes(values.only)) endWithUsage(`no such dashboard: ${values.only}`, HELP);
process.once('SIGINT', () => {
  killAll();
  process.exit(130);
});

const end = Math.floor(Date.now() / 1000 / STEP) * STEP - STEP;
const folder = values.keep ? resolve(values.keep) : await mkdtemp(join(tmpdir(), 'bench-dashboards-'));
await mkdir(folder, { recursive: true });
try {
  const { from, to } = await writeHistory({
    processes,
    models,
    from: end - hours * 3600,
    to: end,
    step: STEP,
    folder,
    onProgress: progress,
  });
  await using prometheus = await serve(folder);
  const rows: Row[] = [];
  for (const dashboard of NAMES.filter((name) => !values.only || name === values.only)) {
    const file = `dashboards/anthropic-${dashboard}.json`;
    const json: Dashboard = JSON.parse(await readFile(file, 'utf8'));
    progress(`loading ${file}`);
    const counters = await load(prometheus, json, { from, to, step: STEP, recorded: '' });
    const records = await load(prometheus, json, { from, to, step: STEP, recorded: '1m' });
    rows.push({ dashboard, counters, records });
  }
  print(rows);
} finally {
  if (!values.keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function print(rows: readonly Row[]): void {
  if (values.json) {
    console.log(JSON.stringify({ processes, models, hours, machine: machine(), rows }));
    return;
  }
  const size = `${processes} processes, ${models} models, ${hours} hours, a sample every ${STEP} s`;
  console.log(`${size}. ${machine()}\n`);
  const cores = availableParallelism();
  console.log(`| dashboard | queries | records: wall | CPU | CPU / ${cores} cores | counters: wall | CPU |`);
  console.log('|---|---|---|---|---|---|---|');
  for (const { dashboard, counters, records } of rows) {
    const cells = [records.seconds, records.cpu, records.cpu / cores, counters.seconds, counters.cpu].map(
      (seconds) => `${seconds.toFixed(1)} s`,
    );
    console.log(`| ${dashboard} | ${records.queries} | ${cells.join(' | ')} |`);
  }
  console.log('\nThe slowest queries from the records:\n');
  for (const { dashboard, records } of rows) {
    for (const { query, seconds } of records.slowest)
      console.log(`${seconds.toFixed(1)} s  ${dashboard}: ${query}`);
  }
}

function progress(line: string): void {
  console.error(`… ${line}`);
}
