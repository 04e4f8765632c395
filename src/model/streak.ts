/** Counts consecutive server errors per path. */

/** The effect of a response on a streak: it extends the streak, ends it, or neither. */
export type StreakEffect = 'extends' | 'ends' | 'none';

/**
 * The effect of a response with `status`. A 5xx extends the streak. An overload (529) neither extends nor ends it: it has its own
 * alert, and says nothing about the health of the servers. A missing response has no effect.
 */
export function streakEffect(status: number | undefined): StreakEffect {
  if (status === undefined || status === 529) return 'none';
  return status >= 500 ? 'extends' : 'ends';
}

/** The streaks of a process, by key. The caller must bound the keys. */
export class Streaks {
  readonly #lengths = new Map<string, number>();

  /** Applies `effect` to the streak of `key`. Returns its length, whether the length changed, and whether the streak just reached two. */
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
