/** A token bucket with continuous refill, as in the API's rate limits. It holds up to `limit` and refills evenly over `windowMs`. */
export class RateLimitBucket {
  readonly limit: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  #level: number;
  #levelAt: number;

  /**
   * @param limit The capacity of the bucket, which starts full.
   * @param windowMs Milliseconds in which an empty bucket refills.
   * @param now The clock, in milliseconds.
   */
  constructor(limit: number, windowMs: number, now: () => number) {
    this.limit = limit;
    this.#windowMs = windowMs;
    this.#now = now;
    this.#level = limit;
    this.#levelAt = now();
  }

  /** The amount that can be taken now, not rounded. */
  get remaining(): number {
    this.#refill();
    return this.#level;
  }

  /** Sets the remaining amount, from 0 to the limit. */
  set remaining(amount: number) {
    this.#refill();
    this.#level = Math.min(this.limit, Math.max(0, amount));
  }

  /** Takes up to `amount`. A bucket cannot become negative, because the API finishes a response that exceeds a limit. */
  take(amount: number): void {
    this.remaining -= amount;
  }

  /** Milliseconds until `amount` can be taken, or until the bucket is full for an amount that never fits. */
  msUntil(amount: number): number {
    const missing = Math.min(amount, this.limit) - this.remaining;
    if (this.limit === 0) return this.#windowMs;
    return missing <= 0 ? 0 : (missing / this.limit) * this.#windowMs;
  }

  #refill(): void {
    const now = this.#now();
    const refill = (Math.max(0, now - this.#levelAt) / this.#windowMs) * this.limit;
    this.#level = Math.min(this.limit, this.#level + refill);
    this.#levelAt = now;
  }
}
