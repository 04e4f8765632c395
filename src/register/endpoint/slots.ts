/** Small numbers that identify the processes of an endpoint. The next process gets the lowest free number, so that there are few. */

/** A higher slot does not come from this package. */
const MAX_SLOT = 9999;

export class Slots {
  readonly #taken = new Set<number>();

  /** Takes the slot `wish` if it is free, or else the lowest free slot. */
  take(wish?: unknown): number {
    let slot = typeof wish === 'number' && Number.isInteger(wish) && wish >= 0 && wish <= MAX_SLOT ? wish : 0;
    if (slot !== wish || this.#taken.has(slot)) for (slot = 0; this.#taken.has(slot); ) slot++;
    this.#taken.add(slot);
    return slot;
  }

  free(slot: number): void {
    this.#taken.delete(slot);
  }
}
