/** What `register` does when a process or thread ends. How it ends does not change. */
import { isMainThread } from 'node:worker_threads';
import type { LineWriter } from './line-writer.ts';
import { flushAtNaturalEnd } from './natural-end.ts';
import { hearSignals } from './signal-thread.ts';

/** What has to be finished at the end. */
export interface Endings {
  /** Records the calls that are open. */
  endOpenCalls(): void;
  /** Exports what there is, and goes on. */
  flush(): Promise<unknown>;
  /** Writers in which log lines may wait. */
  readonly writers: readonly LineWriter[];
  /** Whether telemetry is pushed, and has to be flushed. */
  readonly pushes: boolean;
  /** The longest that a flush may take, in milliseconds. */
  readonly deadline: number;
}

/** Time between two looks at whether log lines still wait, in milliseconds. */
const LOOK_INTERVAL = 10;

/** Flushes telemetry at the natural end and at signals, and writes what can be written at `process.exit()`. */
export function flushAtEnd({ endOpenCalls, flush, writers, pushes, deadline }: Endings): void {
  const last = (): Promise<unknown> => {
    endOpenCalls();
    return flush();
  };
  flushAtNaturalEnd(() => {
    if (!pushes && !waits(writers)) return undefined;
    return Promise.all([pushes ? last() : undefined, written(writers)]);
  }, deadline);
  let endBySignal = (): void => {};
  process.on('exit', () => {
    try {
      endOpenCalls();
      for (const writer of writers) writer.drain(deadline);
      endBySignal();
    } catch {
      // The process ends: there is no one left to report it to.
    }
  });
  if (!pushes || !isMainThread) return;
  try {
    endBySignal = hearSignals({ handled: () => void flush().catch(() => {}), last }, deadline);
  } catch {
    // Threads are not allowed: a signal ends the process at once, as without this package.
  }
}

function waits(writers: readonly LineWriter[]): boolean {
  return writers.some((writer) => writer.waiting);
}

/** Resolves when no line waits, or never: the timer keeps nothing alive. */
function written(writers: readonly LineWriter[]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (waits(writers)) setTimeout(look, LOOK_INTERVAL).unref();
      else resolve();
    };
    look();
  });
}
