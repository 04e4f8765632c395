/**
 * Listens for signals in a separate thread. A listener in the main thread would change the effect of a signal: Node would then catch
 * the signal, and a process with a blocked event loop would no longer end. See docs/decisions/2026-11-21-ends.md.
 */
import { Worker } from 'node:worker_threads';
import { signalExitListeners } from './signal-exit.ts';

/** Signals that end a process, and their numbers, which are the same on every platform. */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGTERM: 15 };

/** How long the main thread may be busy before the signal ends the process, in milliseconds. */
const GRACE = 500;

/** Slots of the memory that both threads share. The number of a signal is the slot for its listeners. */
const HEARD = 0;
const DONE = 1;
/** The signal that ends the process, after it was received. */
const DEADLY = 3;
/** 1 after the thread started to listen for signals, and 2 while the main thread asks whether it received one. */
const HEARS = 4;
const SLOTS = 16;

/**
 * Runs in the thread. If the application has a listener when the signal arrives, the application handles the signal. Otherwise the
 * signal ends the process by its default action, after the main thread finished, did not react, or took too long.
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

/** The handlers of a signal. */
export interface SignalEnding {
  /** Called if the application handles the signal, to end or to continue. */
  handled(): void;
  /** Called if the signal ends the process, which waits for the result. */
  last(): Promise<unknown>;
}

/**
 * Runs `ending` at `SIGTERM` and `SIGINT`, for at most `deadline` milliseconds. If no thread can be started, signals keep their usual
 * effect.
 *
 * @returns a function to call at process exit. It waits for a fatal signal that arrived just before, so that a process that raises
 *   the signal as its last action ends with it
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
  // The thread stops if Node's internals differ from the expected ones.
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
  // Called after the listeners are added, because adding them references the thread again.
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
