/** Time and randomness for the policies. */

/**
 * The source of time and randomness of every policy. Policies with the same clock share what they learn about the API. The
 * whole process shares the default clock.
 */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` after `ms` milliseconds. The result cancels it. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** The longest time that one timer can represent, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, MAX_TIMER));
      signal?.addEventListener('abort', done, { once: true });
    }),
  setTimer: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER));
    return () => clearTimeout(timer);
  },
};
