/** A Prometheus that holds the sample data. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { startPrometheus } from '../../../dev/prometheus.ts';
import { findPrometheusTools } from '../../../dev/prometheus-tools.ts';
import { missingMetrics, openMetrics } from './sample.ts';

/** A running Prometheus. */
export interface SamplePrometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** Writes the sample as blocks and starts a Prometheus on them. */
export async function startSamplePrometheus(
  onProgress: (line: string) => void,
  services?: number,
): Promise<SamplePrometheus> {
  const { promtool } = await findPrometheusTools(onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-preview-'));
  onProgress(services ? `writing three hours of ${services} services` : 'writing a day of sample data');
  const lines = [...openMetrics(services)];
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
  const running = await startPrometheus({
    folder,
    config: { scrape_configs: [] },
    // The sample is of one fixed day, which may be long ago.
    args: ['--storage.tsdb.retention.time=100y', '--log.level=error'],
  });
  return {
    url: running.url,
    async stop() {
      await running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function* chunks(lines: readonly string[]): Generator<string> {
  for (let index = 0; index < lines.length; index += 10_000) {
    yield `${lines.slice(index, index + 10_000).join('\n')}\n`;
  }
}
