/** Small numbers that identify the processes of an endpoint. The next process gets the lowest free number, so that there are few. */

/** A slot above this one was not given by this package. */
const MAX_SLOT = 9999;

export class Slots {
  readonly #taken = new Set<number>();

  /** The slot `wish` where it is free, else the lowest that is. */
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
