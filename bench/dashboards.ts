/**
 * `npm run bench:dashboards`: how long a Prometheus takes to answer every query of each dashboard, over 24 hours of a fleet, from the counters and from the
 * records of `alerts/anthropic.dashboards.yaml`. Queries are sent six at a time, as a browser does.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { endWithUsage, readOptions } from '../dev/command-line.ts';
import { interpolate, intervalOf, type QueryContext } from '../dev/interpolate.ts';
import { type Prometheus, startPrometheus } from '../dev/prometheus.ts';
import { findPrometheusTools } from '../dev/prometheus-tools.ts';
import { fleetOf } from './rules/fleet.ts';
import { machine } from './statistics.ts';

const HELP = `Usage: npm run bench:dashboards -- [--processes N] [--models N] [--hours N] [--json]

Writes the history of a fleet as blocks, records it, and prints how long each dashboard takes. Takes some minutes.

  --processes N   processes of the fleet (default 60)
  --models N      models that each of them uses (default 1)
  --hours N       length of the time range (default 24)
  --histograms    with the histograms of latency: ten times the work
  --json          print JSON
  --help          print this`;
const STEP = 60;
const AT_A_TIME = 6;
const UIDS = ['triage', 'errors', 'latency', 'rate-limits', 'cost', 'telemetry'];

interface Panel {
  readonly title: string;
  readonly maxDataPoints?: number;
  readonly panels?: readonly Panel[];
  readonly collapsed?: boolean;
  readonly targets?: readonly { readonly expr?: string; readonly instant?: boolean }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly allValue?: string;
      readonly current?: { readonly value?: unknown };
      readonly type: string;
    }[];
  };
}

const values = readOptions(HELP, {
  processes: { type: 'string', default: '60' },
  models: { type: 'string', default: '1' },
  hours: { type: 'string', default: '24' },
  histograms: { type: 'boolean' },
  json: { type: 'boolean' },
});
const [processes, models, hours] = [Number(values.processes), Number(values.models), Number(values.hours)];
if (!(processes >= 1 && models >= 1 && hours >= 1)) endWithUsage('numbers of 1 or more, please', HELP);
const to = Math.floor(Date.now() / 1000 / STEP) * STEP - STEP;
const from = to - hours * 3600;
const folder = await mkdtemp(join(tmpdir(), 'bench-dashboards-'));
try {
  await writeHistory();
  await record();
  await using prometheus = await start();
  const rows = [];
  for (const uid of UIDS) {
    const file = `dashboards/anthropic-${uid}.json`;
    const dashboard: Dashboard = JSON.parse(await readFile(file, 'utf8'));
    progress(`asking ${file}`);
    const [counters, records] = [
      await ask(prometheus, dashboard, ''),
      await ask(prometheus, dashboard, '1m'),
    ];
    rows.push({
      dashboard: uid,
      queries: counters.queries,
      counters: counters.seconds,
      records: records.seconds,
    });
  }
  print(rows);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The history as blocks, metric by metric, as the format wants it. */
async function writeHistory(): Promise<void> {
  const fleet = fleetOf({ processes, models, from: from - 2 * 3600, to, step: STEP });
  progress(`writing ${hours} hours of ${fleet.series} series of ${processes} processes`);
  const samples = function* () {
    for (let process = 0; process < processes; process++) {
      // A scrape has milliseconds, OpenMetrics has seconds.
      const page = fleet.page(process).replaceAll(/(\d{10})000\n/g, '$1\n');
      yield values.histograms ? page : page.replaceAll(/^\w+_(?:bucket|sum|count)[{].*\n/gm, '');
    }
    yield '# EOF\n';
  };
  await pipeline(Readable.from(samples()), createWriteStream(join(folder, 'history.txt')));
  await promtool(
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    'history.txt',
    'data',
    '--max-block-duration=48h',
    '--quiet',
  );
  await rm(join(folder, 'history.txt'));
}

/** What the records would be, had their rules been there. */
async function record(): Promise<void> {
  progress('recording what the rules record, once a minute');
  const rules = await readFile('alerts/anthropic.dashboards.yaml', 'utf8');
  await writeFile(join(folder, 'records.yaml'), rules);
  await using prometheus = await start();
  const times = [`--start=${from - 600}`, `--end=${to}`, '--eval-interval=1m'];
  await promtool(
    'tsdb',
    'create-blocks-from',
    'rules',
    ...times,
    `--url=${prometheus.url}`,
    '--output-dir=data',
    'records.yaml',
  );
}

function start(): Promise<Prometheus> {
  const args = ['--storage.tsdb.retention.time=1y', '--query.timeout=10m', '--log.level=error'];
  return startPrometheus({ config: {}, folder, args });
}

async function promtool(...args: readonly string[]): Promise<void> {
  const { promtool: program } = await findPrometheusTools(progress);
  await promisify(execFile)(program, args, { cwd: folder, maxBuffer: 1 << 28 });
}

/** Sends the queries of all panels that are open, and waits for the last answer. */
async function ask(
  prometheus: Prometheus,
  { panels, templating }: Dashboard,
  recorded: string,
): Promise<{ queries: number; seconds: number }> {
  const variables = Object.fromEntries(
    templating.list.map(({ name, type, allValue, current }) => [
      name,
      allValue ?? (type === 'textbox' ? String(current?.value) : ''),
    ]),
  );
  const queries = panels.flatMap(({ targets = [], maxDataPoints = 180 }) =>
    targets.flatMap(({ expr, instant }) => (expr ? [{ expr, instant, maxDataPoints }] : [])),
  );
  const waiting = queries.values();
  const began = performance.now();
  const sender = async (): Promise<void> => {
    for (const { expr, instant, maxDataPoints } of waiting) {
      const context: QueryContext = {
        from: from * 1000,
        to: to * 1000,
        maxDataPoints,
        scrapeInterval: STEP,
        variables: { ...variables, recorded },
      };
      const query = interpolate(expr, context);
      await (instant
        ? prometheus.instant(query, to)
        : prometheus.range(query, from, to, intervalOf(context)));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, sender));
  return { queries: queries.length, seconds: (performance.now() - began) / 1000 };
}

function print(
  rows: readonly { dashboard: string; queries: number; counters: number; records: number }[],
): void {
  if (values.json) {
    console.log(JSON.stringify({ processes, models, hours, machine: machine(), rows }));
    return;
  }
  console.log(
    `${processes} processes, ${models} models, ${hours} hours, a sample every ${STEP} s. ${machine()}\n`,
  );
  console.log('| dashboard | queries | from the counters | from the records |\n|---|---|---|---|');
  for (const { dashboard, queries, counters, records } of rows) {
    console.log(`| ${dashboard} | ${queries} | ${counters.toFixed(1)} s | ${records.toFixed(1)} s |`);
  }
}

function progress(line: string): void {
  console.error(`… ${line}`);
}
