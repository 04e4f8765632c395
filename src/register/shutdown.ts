/** Flushes telemetry when the process ends, within a deadline, and leaves the way in which it ends as it was. */

/** Signals that end a process. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Calls `flush` once, when the process is about to end, and waits for it `deadline` milliseconds at most. */
export function flushAtExit(flush: () => Promise<unknown>, deadline: number): void {
  let flushed: Promise<void> | undefined;
  const once = (): Promise<void> => {
    flushed ??= within(deadline, flush());
    return flushed;
  };
  process.once('beforeExit', () => void once());
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

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
