/** Counts consecutive server errors per path. */

/** What a response does to a streak: extends it, ends it, or neither. */
export type StreakEffect = 'extends' | 'ends' | 'none';

/**
 * The effect of a response with `status`. A 5xx extends the streak. An overload (529) neither extends nor
 * ends it: it has its own alert, and does not show the health behind the load. No response is no effect.
 */
export function streakEffect(status: number | undefined): StreakEffect {
  if (status === undefined || status === 529) return 'none';
  return status >= 500 ? 'extends' : 'ends';
}

/** The streaks of a process, one for each key. Keep the keys bounded. */
export class Streaks {
  readonly #lengths = new Map<string, number>();

  /** Applies `effect` to the streak of `key`. Returns its length, whether that is news, and whether it is now one of two in a row. */
  apply(
    key: string,
    effect: StreakEffect,
  ): { readonly length: number; readonly changed: boolean; readonly began: boolean } {
    const before = this.#lengths.get(key);
    if (effect === 'none') return { length: before ?? 0, changed: false, began: false };
    const length = effect === 'extends' ? (before ?? 0) + 1 : 0;
    const changed = length !== before;
    if (changed) this.#lengths.set(key, length);
    return { length, changed, began: length === 2 };
  }
}
