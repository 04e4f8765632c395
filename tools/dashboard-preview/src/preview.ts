/** Starts the page on sample data, or on a Prometheus that is given. Shared by `serve.ts` and `shots.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { freePort, startSamplePrometheus } from './prometheus.ts';
import { SAMPLE_END, SAMPLE_INTERVAL } from './sample.ts';
import { serve } from './server.ts';

/** A running preview. */
export interface Preview {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the preview.
 *
 * @param prometheusUrl a Prometheus with real data, shown as of now; without it, the sample
 */
export async function startPreview(prometheusUrl: string | undefined, port?: number): Promise<Preview> {
  const progress = (line: string): void => console.error(line);
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-preview-app-'));
  progress('bundling the page');
  await bundle(folder);
  const sample = prometheusUrl === undefined ? await startSamplePrometheus(progress) : undefined;
  const actualPort = port ?? (await freePort());
  const server = await serve({
    port: actualPort,
    bundle: folder,
    prometheusUrl: (prometheusUrl ?? sample?.url ?? '').replace(/\/$/, ''),
    scrapeInterval: sample ? SAMPLE_INTERVAL : 15,
    ...(sample && { now: SAMPLE_END * 1000 }),
  });
  return {
    url: `http://127.0.0.1:${actualPort}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await sample?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
