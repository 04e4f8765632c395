/** The length of a slot in milliseconds. An event can count this much longer than the window. */
export const SLOT_MS = 5_000;
/** The number of slots in the 5-minute window, plus one that is partly outside. */
const SLOTS = 300_000 / SLOT_MS + 1;

/**
 * A sum over the last 5 minutes, in constant memory and without a timer. An amount counts for at least 300 s and for less than 305 s:
 * the window moves in slots of 5 s, and never loses an amount that is less than 5 minutes old.
 *
 * Times are monotonic milliseconds.
 */
export class SlidingSum {
  /** The amount of slot number `n` is at `n % SLOTS`. */
  readonly #slots = new Float64Array(SLOTS);
  /** The number of the newest slot with an amount. */
  #newest = 0;

  /** Adds `amount` at time `at`. Amounts outside the window are ignored. */
  add(amount: number, at: number): void {
    const slot = slotOf(at);
    if (slot > this.#newest) this.#advance(slot);
    if (slot <= this.#newest - SLOTS) return;
    const index = slot % SLOTS;
    this.#slots[index] = (this.#slots[index] ?? 0) + amount;
  }

  /** The sum at time `now`. It is computed anew, so that rounding errors do not accumulate. */
  sum(now: number): number {
    let sum = 0;
    for (let slot = Math.max(0, slotOf(now) - SLOTS + 1); slot <= this.#newest; slot++) {
      sum += this.#slots[slot % SLOTS] ?? 0;
    }
    return sum;
  }

  /** Makes `slot` the newest one, and empties the slots that are reused. */
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
