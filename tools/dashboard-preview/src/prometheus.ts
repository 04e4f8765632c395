/** A Prometheus that holds the sample data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findPrometheusTools } from '../../../scripts/prometheus-tools.ts';
import { missingMetrics, openMetrics } from './sample.ts';

/** A running Prometheus. */
export interface SamplePrometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** Writes the sample as blocks and starts a Prometheus on them. */
export async function startSamplePrometheus(onProgress: (line: string) => void): Promise<SamplePrometheus> {
  const { prometheus, promtool } = await findPrometheusTools(onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-preview-'));
  onProgress('writing a day of sample data');
  const lines = [...openMetrics()];
  const missing = missingMetrics(lines);
  if (missing.length > 0) throw new Error(`the sample lacks ${missing.join(', ')}`);
  // In parts: the whole is longer than a string can be.
  await pipeline(chunks(lines), createWriteStream(join(folder, 'sample.txt')));
  await promisify(execFile)(
    promtool,
    [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      'sample.txt',
      'data',
      '--max-block-duration=24h',
      '--quiet',
    ],
    { cwd: folder, maxBuffer: 1 << 26 },
  );
  await writeFile(join(folder, 'prometheus.yaml'), 'scrape_configs: []\n');
  const port = await freePort();
  const child = spawn(
    prometheus,
    [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      // The sample is of one fixed day, which may be long ago.
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: 'inherit' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok; tries++) {
    if (tries > 300) throw new Error('Prometheus does not start');
    await sleep(100);
  }
  return { url, stop: () => stop(child, folder) };
}

function* chunks(lines: readonly string[]): Generator<string> {
  for (let index = 0; index < lines.length; index += 10_000) {
    yield `${lines.slice(index, index + 10_000).join('\n')}\n`;
  }
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
