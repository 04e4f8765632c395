/** The demo as part of the package: `anthropic-otel demo`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from '../../dev/processes.ts';
import { runDemo } from './demo.ts';
import { printer } from './print.ts';

/** How the demo is run. */
export interface DemoOptions {
  /** End after the last act, instead of going on with light traffic until Ctrl-C. */
  readonly once: boolean;
  /** Print the summary as JSON on standard output, and everything else on standard error. */
  readonly json: boolean;
}

/** Runs the demo. @returns whether every act ended as it should */
export async function demo({ once, json }: DemoOptions): Promise<boolean> {
  const print = printer(json ? process.stderr : process.stdout);
  const stopping = new AbortController();
  process.on('exit', killAll);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));
  const { signal } = stopping;
  try {
    const summary = await runDemo(print, signal, async ({ startTraffic }) => {
      if (once) return;
      await startTraffic();
      print.step('light traffic goes on: look around at the addresses above; Ctrl-C ends everything');
      while (!signal.aborted) await sleep(1000, undefined, { signal }).catch(() => {});
    });
    if (json) console.log(JSON.stringify(summary));
    return summary.ok;
  } catch (error) {
    if (!signal.aborted) print.problem(error);
    return signal.aborted;
  }
}
