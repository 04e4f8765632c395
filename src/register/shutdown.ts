/** Flushes telemetry when the process ends, within a deadline, and leaves the way in which it ends as it was. */

import { signalExitListeners } from './signal-exit.ts';

/** Signals that end a process. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What is done when the process ends. */
export interface Ending {
  /** Exports what there is, and goes on: the application has its own way to end, and may still make calls. */
  flush(): Promise<unknown>;
  /** Exports what there is, for the last time. Called once. */
  shutdown(): Promise<unknown>;
}

/** Does `ending` when the process is about to end. The shutdown is waited for `deadline` milliseconds at most. */
export function flushAtExit(ending: Ending, deadline: number): void {
  let ended: Promise<boolean> | undefined;
  const shutdown = (): Promise<boolean> => {
    ended ??= within(deadline, ending.shutdown());
    return ended;
  };
  process.once('beforeExit', () => {
    void shutdown().then((inTime) => {
      // The process was done; an exporter that goes on trying must not keep it.
      if (!inTime) process.exit();
    });
  });
  for (const signal of SIGNALS) {
    /** Whether the application has a way of its own to end, or to go on. */
    const handled = (ours: number): boolean => process.listenerCount(signal) > ours + signalExitListeners();
    const onSignal = (): void => {
      if (handled(1)) {
        // It may take its time to end the calls that are open.
        ending.flush().catch(() => {});
        return;
      }
      void shutdown().then(() => {
        process.removeListener(signal, onSignal);
        // The signal would have ended the process; our listener must not keep it alive.
        if (!handled(0)) process.kill(process.pid, signal);
      });
    };
    process.on(signal, onSignal);
  }
}

/** Whether `work` is done, one way or the other, within so many milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
