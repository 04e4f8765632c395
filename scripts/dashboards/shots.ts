/** Pictures of the dashboards, of the sample, of a Prometheus, or of the demo. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from '../../dev/processes.ts';
import type { Look } from '../../tools/dashboard-preview/src/browser.ts';
import type { PreviewOptions } from '../../tools/dashboard-preview/src/preview.ts';
import { runDemo } from '../demo/demo.ts';
import { printer } from '../demo/print.ts';
import { openPreview } from './preview.ts';

/** Between two marks of the time axis, for a range of a minute. */
const TICK_MS = 10_000;

/** Takes a picture of every dashboard, light and dark, into `folder`. */
export async function shootInto(
  folder: string,
  options: PreviewOptions & { readonly only?: string; readonly look?: Look },
  onProgress: (line: string) => void,
): Promise<void> {
  const { shoot } = await import('../../tools/dashboard-preview/src/shots.ts');
  const preview = await openPreview({ ...options, port: 0 }, onProgress);
  try {
    for await (const picture of shoot(preview.url, resolve(folder), options.only, options.look))
      console.log(picture);
  } finally {
    await preview.stop();
  }
}

/** Runs the demo and takes the pictures of the moment after its last act. */
export async function shootDemo(
  folder: string,
  only: string | undefined,
  onProgress: (line: string) => void,
): Promise<void> {
  // Rather now than after a minute of acts.
  (await import('../../tools/dashboard-preview/src/shots.ts')).chromium();
  process.on('exit', killAll);
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(new Error(name)));
  const { ok } = await runDemo(printer(process.stderr), stopping.signal, async ({ prometheusUrl, since }) => {
    // Between two marks of the time axis: a mark at the very edge would be cut off.
    await sleep(TICK_MS - ((Date.now() - TICK_MS / 2) % TICK_MS));
    const options = {
      prometheusUrl,
      from: new Date(since).toISOString(),
      now: Date.now(),
      ...(only && { only }),
    };
    await shootInto(folder, options, onProgress);
  });
  if (!ok) throw new Error('the demo did not end as it should, see above');
}
