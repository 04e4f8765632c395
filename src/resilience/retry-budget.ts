/** Limits retries to a share of the traffic, so that they cannot multiply the load of an API in trouble. */

/** Settings of a retry budget. */
export interface RetryBudgetOptions {
  /** How many retries each call pays for. @default 0.1 */
  readonly ratio?: number;
  /** Retries that are allowed beyond that. @default 10 */
  readonly reserve?: number;
  /** The time over which calls and retries are counted, in milliseconds. @default 600000 */
  readonly windowMs?: number;
}

/** Into how many parts a window is divided: calls and retries are forgotten part by part. */
const SLICES = 20;

interface Slice {
  readonly startedAt: number;
  calls: number;
  retries: number;
}

/** Whenever a retry is taken, those of the last window are at most `reserve`, and `ratio` for each call of that window. */
export class RetryBudget {
  readonly #ratio: number;
  readonly #reserve: number;
  readonly #windowMs: number;
  readonly #slices: Slice[] = [];

  constructor({ ratio = 0.1, reserve = 10, windowMs = 600_000 }: RetryBudgetOptions) {
    this.#ratio = ratio;
    this.#reserve = reserve;
    this.#windowMs = windowMs;
  }

  /** The retries that are left. */
  balance(now: number): number {
    this.#forget(now);
    const left = this.#slices.reduce(
      (sum, { calls, retries }) => sum + calls * this.#ratio - retries,
      this.#reserve,
    );
    return Math.max(0, left);
  }

  /** A call was made. */
  deposit(now: number): void {
    this.#slice(now).calls += 1;
  }

  /** Takes `weight` retries, if there are as many. */
  withdraw(weight: number, now: number): boolean {
    // Without the error of adding tenths.
    if (this.balance(now) + 1e-9 < weight) return false;
    this.#slice(now).retries += weight;
    return true;
  }

  #slice(now: number): Slice {
    this.#forget(now);
    const last = this.#slices.at(-1);
    if (last && now - last.startedAt < this.#windowMs / SLICES) return last;
    const slice = { startedAt: now, calls: 0, retries: 0 };
    this.#slices.push(slice);
    return slice;
  }

  #forget(now: number): void {
    // A clock that was set back would keep what lies in its future for too long.
    if (now < (this.#slices.at(-1)?.startedAt ?? now)) this.#slices.length = 0;
    while (this.#slices[0] && now - this.#slices[0].startedAt >= this.#windowMs) this.#slices.shift();
  }
}
