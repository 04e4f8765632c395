/** A clock that a test holds. */
import type { Clock } from '../../../src/resilience/index.ts';

interface Timer {
  at: number;
  readonly run: () => void;
}

/** Settings of a fake clock. */
export interface FakeClockOptions {
  /** What `random` gives. @default 0.5 */
  readonly random?: number;
  /** Whether a wait moves the clock on at once. @default true */
  readonly automatic?: boolean;
}

/** Time passes when a policy waits, or when the test lets it. */
export class FakeClock implements Clock {
  /** Every wait, in milliseconds. */
  readonly waits: number[] = [];
  readonly #random: number;
  readonly #automatic: boolean;
  readonly #timers = new Set<Timer>();
  #now = Date.UTC(2026, 10, 26);

  constructor({ random = 0.5, automatic = true }: FakeClockOptions = {}) {
    this.#random = random;
    this.#automatic = automatic;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.waits.push(ms);
    if (signal?.aborted) return;
    if (this.#automatic) {
      this.advance(ms);
      return;
    }
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.setTimer(ms, end);
      signal?.addEventListener('abort', end);
    });
  }

  setTimer(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Sets the clock, as an operator or a time server may: no timer runs earlier or later for it. */
  jump(ms: number): void {
    this.#now += ms;
    const moved = [...this.#timers].map((timer) => ({ timer, at: timer.at + ms }));
    for (const { timer, at } of moved) timer.at = at;
  }

  /** Moves the clock on, and runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let due: Timer | undefined;
      for (const timer of this.#timers) if (timer.at <= end && !(due && due.at <= timer.at)) due = timer;
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = Math.max(this.#now, end);
  }
}
