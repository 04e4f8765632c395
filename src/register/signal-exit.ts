/** Counts signal listeners that end the process only if there is no other listener. */

interface Emitter {
  readonly count?: unknown;
}

/**
 * The number of signal listeners that belong to `signal-exit`, which many packages use to clean up. These listeners raise the signal
 * again if there are no others, and do nothing if there are: next to a permanent listener, the process would never end. Copies of
 * `signal-exit` find each other by these two names (3.x and 4.x).
 */
export function signalExitListeners(): number {
  const emitters: (Emitter | undefined)[] = [
    (process as { __signal_exit_emitter__?: Emitter }).__signal_exit_emitter__,
    (globalThis as Record<symbol, Emitter | undefined>)[Symbol.for('signal-exit emitter')],
  ];
  return emitters.reduce((sum, emitter) => sum + (typeof emitter?.count === 'number' ? emitter.count : 0), 0);
}
