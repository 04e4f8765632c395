/** Flushes telemetry when the process ends, within a deadline, and leaves the way in which it ends as it was. */

/** Signals that end a process. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Calls `flush` once, when the process is about to end, and waits for it `deadline` milliseconds at most. */
export function flushAtExit(flush: () => Promise<unknown>, deadline: number): void {
  let flushed: Promise<boolean> | undefined;
  const once = (): Promise<boolean> => {
    flushed ??= within(deadline, flush());
    return flushed;
  };
  process.once('beforeExit', () => {
    void once().then((inTime) => {
      // The process was done; an exporter that goes on trying must not keep it.
      if (!inTime) process.exit();
    });
  });
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      void once().then(() => {
        process.removeListener(signal, onSignal);
        // With no other listener the signal would have ended the process; ours must not keep it alive.
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
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
