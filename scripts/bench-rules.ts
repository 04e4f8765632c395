/**
 * How long the rule pack takes to evaluate. Fills a Prometheus with the series of 1,000 processes that use five
 * models each, loads the pack, lets it evaluate a few times, and prints the slowest time of each group.
 * `node scripts/bench-rules.ts [processes] [models]`
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { rulesYaml, yaml } from '../alerts/src/build.ts';
import { DEFAULT_CONFIG } from '../alerts/src/config.ts';
import { benchSeries } from './bench-rules-series.ts';
import { findPrometheusTools } from './prometheus-tools.ts';

const run = promisify(execFile);
const processes = Number(process.argv[2] ?? 1000);
const models = Number(process.argv[3] ?? 5);
/** Between two samples of a series, in seconds. */
const STEP = 30;
/** History that the widest window needs. */
const PAST = 20 * 60;
/** The samples end this long after the start: time to load them, since Prometheus must then write after them. */
const LOADING = Math.max(20, Math.ceil(0.15 * processes));
/** How often the pack is evaluated, and for how long: two rounds of the groups that set a minute themselves. */
const EVERY = 15;
const DURATION = 150;

const tools = await findPrometheusTools((line) => console.error(line));
const folder = await mkdtemp(join(tmpdir(), 'bench-rules-'));
let prometheus: ChildProcess | undefined;
try {
  const began = Math.floor(Date.now() / 1000 / STEP) * STEP;
  const fill = benchSeries({ processes, models, from: began - PAST, to: began + LOADING, step: STEP });
  console.error(`writing ${fill.series} series of ${processes} processes with ${models} models`);
  await pipeline(fill.lines(), createWriteStream(join(folder, 'series.om')));
  console.error('loading them');
  const load = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', 'series.om', 'data'];
  await run(tools.promtool, load, { cwd: folder, maxBuffer: 1 << 26 });
  await rm(join(folder, 'series.om'));
  await sleep(Math.max(0, (began + LOADING + 1) * 1000 - Date.now()));
  const port = await freePort();
  await writeFile(join(folder, 'anthropic.rules.yaml'), rulesYaml(DEFAULT_CONFIG));
  await writeFile(
    join(folder, 'prometheus.yml'),
    yaml({ global: { evaluation_interval: `${EVERY}s` }, rule_files: ['anthropic.rules.yaml'] }),
  );
  const args = [
    '--config.file=prometheus.yml',
    '--storage.tsdb.path=data',
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  prometheus = spawn(tools.prometheus, [...args, '--storage.tsdb.retention.time=1d'], {
    cwd: folder,
    stdio: 'ignore',
  });
  await report(port, fill.series);
} finally {
  prometheus?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

interface Group {
  readonly name: string;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
  readonly rules: readonly {
    readonly name: string;
    readonly evaluationTime: number;
    readonly health: string;
    readonly lastError?: string;
  }[];
}

/** Rounds of each group, the fastest first; the first round, with cold caches, is left out. */
async function report(port: number, series: number): Promise<void> {
  const rounds = new Map<string, Map<string, Group>>();
  for (const end = Date.now() + DURATION * 1000; Date.now() < end; ) {
    await sleep(1000);
    for (const group of await groups(port)) {
      if (group.lastEvaluation.startsWith('0001')) continue;
      for (const rule of group.rules) {
        if (rule.health === 'err') throw new Error(`${rule.name}: ${rule.lastError}`);
      }
      const known = rounds.get(group.name) ?? new Map<string, Group>();
      rounds.set(group.name, known.set(group.lastEvaluation, group));
    }
  }
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`.padStart(8);
  const totals = { fastest: 0, median: 0, rules: 0 };
  for (const [name, known] of rounds) {
    const sorted = [...known.values()].slice(1).toSorted((a, b) => a.evaluationTime - b.evaluationTime);
    const [fastest] = sorted;
    const median = sorted[Math.floor(sorted.length / 2)];
    if (!fastest || !median) continue;
    totals.fastest += fastest.evaluationTime;
    totals.median += median.evaluationTime;
    totals.rules += fastest.rules.length;
    const worst = fastest.rules.toSorted((a, b) => b.evaluationTime - a.evaluationTime)[0];
    const times = `${ms(fastest.evaluationTime)} fastest ${ms(median.evaluationTime)} median`;
    console.log(
      `${name.padEnd(20)} ${times} of ${sorted.length} rounds; most: ${worst?.name} ${ms(worst?.evaluationTime ?? 0).trim()}`,
    );
  }
  console.log(`${'the pack'.padEnd(20)} ${ms(totals.fastest)} fastest ${ms(totals.median)} median`);
  console.log(`${totals.rules} rules over ${series} series of ${processes} processes with ${models} models`);
}

async function groups(port: number): Promise<readonly Group[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/rules`).catch(() => undefined);
  if (!answer?.ok) return [];
  const { data } = (await answer.json()) as { data: { groups: readonly Group[] } };
  return data.groups;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
