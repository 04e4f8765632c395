/** The length of a slot, in milliseconds: how much longer than the window an event can count. */
export const SLOT_MS = 5_000;
/** The slots of the window of 5 minutes, and the one that it has partly left. */
const SLOTS = 300_000 / SLOT_MS + 1;

/**
 * A sum over the last 5 minutes, in constant memory and without a timer. An amount counts for at least 300 s, and for less than 305 s:
 * the window moves on in slots of 5 s, and never loses what is younger than 5 minutes.
 *
 * Times are monotonic milliseconds.
 */
export class SlidingSum {
  /** The amounts of slot number `n` are at `n % SLOTS`. */
  readonly #slots = new Float64Array(SLOTS);
  /** The number of the newest slot with an amount. */
  #newest = 0;

  /** Adds `amount` at the time `at`. What has left the window is ignored. */
  add(amount: number, at: number): void {
    const slot = slotOf(at);
    if (slot > this.#newest) this.#advance(slot);
    if (slot <= this.#newest - SLOTS) return;
    const index = slot % SLOTS;
    this.#slots[index] = (this.#slots[index] ?? 0) + amount;
  }

  /** The sum at the time `now`. Added up anew, so that fractions leave no remainder behind. */
  sum(now: number): number {
    let sum = 0;
    for (let slot = Math.max(0, slotOf(now) - SLOTS + 1); slot <= this.#newest; slot++) {
      sum += this.#slots[slot % SLOTS] ?? 0;
    }
    return sum;
  }

  /** Makes `slot` the newest one, and empties what came around. */
  #advance(slot: number): void {
    for (let each = Math.max(this.#newest + 1, slot - SLOTS + 1); each <= slot; each++) {
      this.#slots[each % SLOTS] = 0;
    }
    this.#newest = slot;
  }
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}
