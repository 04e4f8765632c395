/**
 * Listens for signals in a thread of its own. A listener of the main thread would change what a signal does: with one, Node catches the
 * signal, and a process whose event loop is blocked no longer ends by it. See docs/decisions/2026-11-21-ends.md.
 */
import { Worker } from 'node:worker_threads';
import { signalExitListeners } from './signal-exit.ts';

/** Signals that end a process, with their numbers, the same everywhere. */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGTERM: 15 };

/** How long the main thread may be busy before the signal ends it, in milliseconds. */
const GRACE = 500;

/** Slots of the memory that both threads see; the listeners on each signal are at its number. */
const HEARD = 0;
const DONE = 1;
/** The signal that ends the process, once it was heard. */
const DEADLY = 3;
/** 1 once the thread hears signals, and 2 while it is asked whether it has heard one. */
const HEARS = 4;
const SLOTS = 16;

/**
 * Runs in the thread. When the application has a listener as it arrives, the signal is the application's. Otherwise it ends the process by
 * its default action, once the main thread is done, has not reacted, or has taken too long.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { Signal } = require('internal/test/binding').internalBinding('signal_wrap');
const { slots, signals, grace, deadline } = workerData;
for (const [name, number] of Object.entries(signals)) {
  const handle = new Signal();
  let underWay = false;
  let deadly = false;
  handle.onsignal = () => {
    deadly ||= Atomics.load(slots, number) === 0;
    if (deadly) Atomics.store(slots, ${DEADLY}, number);
    if (underWay) return;
    underWay = true;
    Atomics.store(slots, ${HEARD}, 0);
    Atomics.store(slots, ${DONE}, 0);
    parentPort.postMessage(name);
    const began = performance.now();
    const check = () => {
      const waited = performance.now() - began;
      const heard = Atomics.load(slots, ${HEARD}) === number;
      const done = Atomics.load(slots, ${DONE}) === number;
      if (!done && waited < (heard ? deadline + grace : grace)) return setTimeout(check, 5);
      underWay = false;
      if (deadly) handle.close(() => process.kill(process.pid, name));
    };
    check();
  };
  handle.start(number);
}
// After the signals that have arrived.
parentPort.on('message', () => setImmediate(() => {
  Atomics.store(slots, ${HEARS}, 1);
  Atomics.notify(slots, ${HEARS});
}));
Atomics.store(slots, ${HEARS}, 1);
`;

/** What is done at a signal. */
export interface SignalEnding {
  /** The application has a way of its own to end, or to go on. */
  handled(): void;
  /** The signal ends the process, once this is done. */
  last(): Promise<unknown>;
}

/**
 * Does `ending` at `SIGTERM` and `SIGINT`, for `deadline` milliseconds at most. Without a thread, signals do what they do.
 *
 * @returns waits, at the exit of the process, for a signal that ends it and arrived a moment before: a process that raises it as
 *   its last act ends by it
 */
export function hearSignals(ending: SignalEnding, deadline: number): () => void {
  const slots = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
  const count = (event: string | symbol, added: number): void => {
    const number = typeof event === 'string' ? SIGNALS[event] : undefined;
    if (number) Atomics.store(slots, number, process.listenerCount(event as NodeJS.Signals) + added);
  };
  const thread = new Worker(THREAD, {
    eval: true,
    execArgv: ['--expose-internals', '--no-warnings'],
    env: {},
    stdout: true,
    stderr: true,
    workerData: { slots, signals: SIGNALS, grace: GRACE, deadline },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  // It stops where Node's internals are others than it knows.
  thread.on('error', () => {});
  for (const signal of Object.keys(SIGNALS)) count(signal, 0);
  process.on('newListener', (event) => count(event, 1));
  process.on('removeListener', (event) => count(event, 0));
  thread.on('message', (signal: NodeJS.Signals) => {
    const number = SIGNALS[signal] ?? 0;
    Atomics.store(slots, HEARD, number);
    if (process.listenerCount(signal) > signalExitListeners()) {
      ending.handled();
      Atomics.store(slots, DONE, number);
      return;
    }
    const done = (): void => void Atomics.store(slots, DONE, number);
    ending.last().then(done, done);
  });
  // After the listeners, which would have it keep the process.
  thread.unref();
  return () => {
    if (Atomics.load(slots, HEARS) !== 1) return;
    Atomics.store(slots, HEARS, 2);
    thread.postMessage('exit');
    Atomics.wait(slots, HEARS, 2, GRACE);
    const number = Atomics.load(slots, DEADLY);
    if (number === 0) return;
    Atomics.store(slots, HEARD, number);
    Atomics.store(slots, DONE, number);
    Atomics.wait(slots, DEADLY, number, GRACE);
  };
}
