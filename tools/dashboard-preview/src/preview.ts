/** Starts the page on sample data, or on a Prometheus that is given. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { startSamplePrometheus } from './prometheus.ts';
import { SAMPLE_END, SAMPLE_INTERVAL } from './sample.ts';
import { scrapeIntervalOf } from './scrape-interval.ts';
import { serve } from './server.ts';

/** A running preview. */
export interface Preview {
  /** The address of the triage dashboard. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What the preview shows. */
export interface PreviewOptions {
  /** A Prometheus with real data; without it, the sample. */
  readonly prometheusUrl?: string;
  /** Services of the sample: three hours of so many; without it, a day of two. */
  readonly services?: number;
  /** Begin of the time range, `now-15m` or a date; without it, each dashboard's own. */
  readonly from?: string;
  /** The end of the time range in Unix milliseconds; without it, the moment of the request. */
  readonly now?: number;
  /** Whether collapsed rows are open. */
  readonly openRows?: boolean;
  /** Without it, 3001, or a free one when that is taken; 0 for a free one. */
  readonly port?: number;
}

/**
 * Starts the preview.
 *
 * @throws when the Prometheus does not respond, or the port is taken
 */
export async function startPreview(
  { prometheusUrl, services, from, now, openRows = false, port }: PreviewOptions,
  onProgress: (line: string) => void,
): Promise<Preview> {
  const scrapeInterval = prometheusUrl && (await scrapeIntervalOf(prometheusUrl));
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-preview-app-'));
  onProgress('bundling the page');
  await bundle(folder);
  const sample = prometheusUrl ? undefined : await startSamplePrometheus(onProgress, services);
  const end = sample ? SAMPLE_END * 1000 : now;
  const options = {
    bundle: folder,
    prometheusUrl: prometheusUrl ?? sample?.url ?? '',
    scrapeInterval: scrapeInterval || SAMPLE_INTERVAL,
    openRows,
    ...(from && { from }),
    ...(end && { now: end }),
  };
  const server = await (port === undefined
    ? serve({ ...options, port: 3001 }).catch(() => serve({ ...options, port: 0 }))
    : serve({ ...options, port }));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/?uid=anthropic-triage&theme=dark`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await sample?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
