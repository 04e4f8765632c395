/** Simulated time: hours pass as fast as the code between two timers runs. */

import { AsyncResource } from 'node:async_hooks';

/** A timer in simulated time. */
interface VirtualTimer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Where simulated time begins, in Unix milliseconds. */
const START = Date.UTC(2026, 10, 26);

/**
 * Replaces the timers and clocks of this process. Nothing in it may wait for anything outside: no sockets, no files.
 */
export class VirtualTime {
  #now = START;
  #order = 0;
  /** A heap: the timer that is due first is the first one. */
  readonly #heap: VirtualTimer[] = [];
  readonly #canceled = new WeakSet<VirtualTimer>();
  readonly #immediate = setImmediate;

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#now - START;
  }

  /** Takes over `setTimeout`, `clearTimeout`, `Date.now` and `performance.now`. */
  install(): void {
    const handles = new WeakMap<object, VirtualTimer>();
    const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object => {
      const delay = Number(ms) > 0 ? Math.min(Number(ms), 2 ** 31 - 1) : 0;
      const timer: VirtualTimer = {
        at: this.#now + delay,
        order: this.#order++,
        // As a timer of Node does, it keeps the context that it was set in.
        run: AsyncResource.bind(() => callback(...args)),
      };
      this.#push(timer);
      const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
      handles.set(handle, timer);
      return handle;
    };
    const clear = (handle: unknown): void => {
      const timer = typeof handle === 'object' && handle !== null ? handles.get(handle) : undefined;
      if (timer) this.#canceled.add(timer);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Date.now = () => this.#now;
    performance.now = () => this.#now - START;
  }

  /** Resolves after `ms` simulated milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }

  /** Runs `main` until it has ended. */
  async run<Result>(main: () => Promise<Result>): Promise<Result> {
    let ended = false;
    const result = main().finally(() => {
      ended = true;
    });
    result.catch(() => {});
    for (;;) {
      await this.#runImmediates();
      if (ended) return result;
      const timer = this.#pop();
      if (!timer) throw new Error('The simulation waits for something that never comes');
      if (this.#canceled.has(timer)) continue;
      this.#now = timer.at;
      timer.run();
    }
  }

  /** Lets everything run that needs no time. */
  async #runImmediates(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => this.#immediate(resolve));
  }

  #push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): VirtualTimer | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one: VirtualTimer, other: VirtualTimer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
