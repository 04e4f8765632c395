/** Rejects unknown option names, because a misspelled option would otherwise silently have no effect. */

/** The longest part of a wrong name that an error message repeats. */
const MAX_SHOWN = 60;

/**
 * Checks that every enumerable property of `given` is one of `known`.
 *
 * @param path how the error message writes a name: the place of `given`, and the name in it
 * @throws TypeError for another name, with the nearest known one, or with all of them when none is near
 */
export function rejectUnknownNames(
  given: object,
  known: readonly string[],
  path: (name: string) => string = (name) => name,
): void {
  // `in` also finds what is inherited. What an application adds to every object is no option of this package.
  for (const name in given) {
    if (known.includes(name) || name in Object.prototype) continue;
    const nearest = nearestOf(name, known);
    throw new TypeError(
      `anthropic-otel: unknown option \`${path(printable(name))}\`; ` +
        (nearest === undefined
          ? `known are ${known.map((each) => `\`${each}\``).join(', ')}`
          : `did you mean \`${path(nearest)}\`?`),
    );
  }
}

/** The name in `known` that is at most a third of its letters away from `name`. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_SHOWN) return undefined;
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of known) {
    const distance = editDistance(name.toLowerCase(), each.toLowerCase());
    if (distance > Math.max(1, Math.floor(each.length / 3)) || distance >= least) continue;
    nearest = each;
    least = distance;
  }
  return nearest;
}

/** How many letters have to be put in, taken out or replaced to make `to` of `from` (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The start of `text`, on one line, without control characters. */
export function printable(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return shown.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
