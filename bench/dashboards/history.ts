/** The history of a fleet as blocks of a Prometheus, with the records that its rules would have made. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Prometheus, startPrometheus } from '../../dev/prometheus.ts';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { type FleetSize, fleetOf } from '../rules/fleet.ts';

/** What is to be written. */
export interface History extends FleetSize {
  /** Where the blocks are, in `data`. */
  readonly folder: string;
  readonly onProgress: (line: string) => void;
}

/** Written last: a history without it is not complete. */
const RANGE = 'range.json';

/** Writes the history, or finds it in the folder; returns its range. */
export async function writeHistory(history: History): Promise<{ from: number; to: number }> {
  const { folder } = history;
  const written = join(folder, RANGE);
  const complete = await access(written).then(
    () => true,
    () => false,
  );
  if (complete) return JSON.parse(await readFile(written, 'utf8'));
  await writeSamples(history);
  await record(history);
  const { from, to } = history;
  await writeFile(written, JSON.stringify({ from, to }));
  return { from, to };
}

/** A Prometheus that serves the history of `folder`. */
export function serve(folder: string): Promise<Prometheus> {
  const args = ['--storage.tsdb.retention.time=1y', '--query.timeout=10m', '--log.level=error'];
  return startPrometheus({ config: {}, folder, args });
}

/** Metric by metric, as the format wants it; from two hours before the range on. */
async function writeSamples(history: History): Promise<void> {
  const { folder, from, to, onProgress } = history;
  const fleet = fleetOf({ ...history, from: from - 2 * 3600 });
  onProgress(`writing ${(to - from) / 3600} hours of ${fleet.series} series of ${fleet.processes} processes`);
  const samples = function* () {
    for (let process = 0; process < fleet.processes; process++) {
      // A scrape has milliseconds, OpenMetrics has seconds.
      yield fleet.page(process).replaceAll(/(\d{10})(\d{3})\n/g, '$1.$2\n');
    }
    yield '# EOF\n';
  };
  const file = join(folder, 'history.txt');
  await pipeline(Readable.from(samples()), createWriteStream(file));
  await createBlocks(history, 'openmetrics', 'history.txt', 'data', '--max-block-duration=48h', '--quiet');
  await rm(file);
}

async function record(history: History): Promise<void> {
  const { folder, from, to, onProgress } = history;
  onProgress('recording what the rules record, once a minute');
  await writeFile(join(folder, 'records.yaml'), await readFile('alerts/anthropic.dashboards.yaml', 'utf8'));
  await using prometheus = await serve(folder);
  const times = [`--start=${from - 600}`, `--end=${to}`, '--eval-interval=1m'];
  await createBlocks(
    history,
    'rules',
    ...times,
    `--url=${prometheus.url}`,
    '--output-dir=data',
    'records.yaml',
  );
}

async function createBlocks(
  { folder, onProgress }: History,
  from: 'openmetrics' | 'rules',
  ...args: readonly string[]
): Promise<void> {
  const { promtool } = await findPrometheusTools(onProgress);
  const command = ['tsdb', 'create-blocks-from', from, ...args];
  await promisify(execFile)(promtool, command, { cwd: folder, maxBuffer: 1 << 28 });
}
