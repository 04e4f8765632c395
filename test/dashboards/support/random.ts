/** Choices that look random and are the same for the same seed. */
import { seededRandom } from '../../../src/testing/script/random.ts';

export class Random {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}
