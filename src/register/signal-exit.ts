/** Listeners of signals that end the process only while there is no other listener. */

interface Emitter {
  readonly count?: unknown;
}

/**
 * How many listeners on a signal are of `signal-exit`, which very many packages use to tidy up. They raise the signal again when
 * there are no others, and do nothing when there are: beside a listener that stays, the process would never end. Its
 * copies find each other by these two names (3.x and 4.x).
 */
export function signalExitListeners(): number {
  const emitters: (Emitter | undefined)[] = [
    (process as { __signal_exit_emitter__?: Emitter }).__signal_exit_emitter__,
    (globalThis as Record<symbol, Emitter | undefined>)[Symbol.for('signal-exit emitter')],
  ];
  return emitters.reduce((sum, emitter) => sum + (typeof emitter?.count === 'number' ? emitter.count : 0), 0);
}
