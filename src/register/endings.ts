/** Finishes telemetry when a process or thread ends, without changing how it ends. */
import { isMainThread } from 'node:worker_threads';
import type { LineWriter } from './line-writer.ts';
import { flushAtNaturalEnd } from './natural-end.ts';
import { hearSignals } from './signal-thread.ts';

/** The work to finish at the end. */
export interface Endings {
  /** Records the calls that are open. */
  endOpenCalls(): void;
  /** Exports all pending telemetry. The process may continue afterwards. */
  flush(): Promise<unknown>;
  /** Writers that may have pending log lines. */
  readonly writers: readonly LineWriter[];
  /** Whether telemetry is pushed, and so must be flushed. */
  readonly pushes: boolean;
  /** The maximum duration of a flush, in milliseconds. */
  readonly deadline: number;
}

/** The interval between checks for pending log lines, in milliseconds. */
const LOOK_INTERVAL = 10;

/** Flushes telemetry when the process ends by itself and at signals, and writes as much as possible at `process.exit()`. */
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
      // The process ends, so the failure cannot be reported.
    }
  });
  if (!pushes || !isMainThread) return;
  try {
    endBySignal = hearSignals({ handled: () => void flush().catch(() => {}), last }, deadline);
  } catch {
    // Threads are not permitted, so a signal ends the process at once, as without this package.
  }
}

function waits(writers: readonly LineWriter[]): boolean {
  return writers.some((writer) => writer.waiting);
}

/** Resolves when no line is pending, or never, because the timer does not keep the process alive. */
function written(writers: readonly LineWriter[]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (waits(writers)) setTimeout(look, LOOK_INTERVAL).unref();
      else resolve();
    };
    look();
  });
}
