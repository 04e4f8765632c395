/** Limits retries to a share of the traffic, so that they cannot multiply the load of an API in trouble. */

/** Settings of a retry budget. */
export interface RetryBudgetOptions {
  /** How many retries each call pays for. @default 0.1 */
  readonly ratio?: number;
  /** Retries that are allowed without traffic; what was used comes back at one a minute. @default 10 */
  readonly reserve?: number;
  /** The most retries that can be saved up. @default 20 */
  readonly capacity?: number;
}

const REFILL_MS = 60_000;

/** A token bucket that calls fill and retries empty. */
export class RetryBudget {
  readonly ratio: number;
  readonly reserve: number;
  readonly capacity: number;
  #balance: number;
  #refilledAt: number;

  constructor({ ratio = 0.1, reserve = 10, capacity = 20 }: RetryBudgetOptions, now: number) {
    this.ratio = ratio;
    this.reserve = reserve;
    this.capacity = Math.max(capacity, reserve);
    this.#balance = reserve;
    this.#refilledAt = now;
  }

  /** The retries that are left. */
  balance(now: number): number {
    this.#refill(now);
    return this.#balance;
  }

  /** A call was made. */
  deposit(): void {
    this.#balance = Math.min(this.capacity, this.#balance + this.ratio);
  }

  /** Takes `weight` retries, if there are as many. */
  withdraw(weight: number, now: number): boolean {
    this.#refill(now);
    // Without the error of adding tenths.
    if (this.#balance + 1e-9 < weight) return false;
    this.#balance = Math.max(0, this.#balance - weight);
    return true;
  }

  #refill(now: number): void {
    const earned = (now - this.#refilledAt) / REFILL_MS;
    this.#refilledAt = now;
    if (this.#balance < this.reserve)
      this.#balance = Math.min(this.reserve, this.#balance + Math.max(0, earned));
  }
}
