/** Runs the demo until it is interrupted: `npm run demo`, and as part of the package `anthropic-otel demo`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from '../../dev/processes.ts';
import { type RunningDemo, runDemo } from './demo.ts';
import { type Printer, printer } from './print.ts';

/** How the demo is run. */
export interface DemoOptions {
  /** End after the last act, instead of going on with light traffic until Ctrl-C. */
  readonly once: boolean;
  /** Print the summary as JSON on standard output, and everything else on standard error. */
  readonly json: boolean;
  /** Prints where to look while light traffic goes on. @returns what ends that */
  readonly lookAround?: (demo: RunningDemo, print: Printer) => Promise<(() => Promise<void>) | undefined>;
}

/** Runs the demo. @returns whether every act ended as it should */
export async function demo({ once, json, lookAround }: DemoOptions): Promise<boolean> {
  const print = printer(json ? process.stderr : process.stdout);
  const stopping = new AbortController();
  process.on('exit', killAll);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));
  const { signal } = stopping;
  try {
    const summary = await runDemo(print, signal, async (running) => {
      if (once) return;
      await running.startTraffic();
      if (!lookAround)
        print.step('light traffic goes on: look around at the addresses above; Ctrl-C ends everything');
      const stop = await lookAround?.(running, print);
      while (!signal.aborted) await sleep(1000, undefined, { signal }).catch(() => {});
      await stop?.();
    });
    if (json) console.log(JSON.stringify(summary));
    return summary.ok;
  } catch (error) {
    if (!signal.aborted) print.problem(error);
    return signal.aborted;
  }
}
