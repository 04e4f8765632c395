/** Compares what panels show with what they must show. */
import type { Comparison, Expectation } from '../expected/collected.ts';
import type { Results } from './evaluate.ts';
import { PANELS, type QueryPanel } from './panels.ts';
import { type Amount, group } from './sums.ts';

/** What differs, a line each. Only expectations that are compared in one of the ways `hows` count. */
export function differences(
  results: Results,
  expected: readonly Expectation[],
  hows: readonly Comparison[],
): string[] {
  return expected.flatMap((expectation) => {
    const { uid, title, refIds, groups, how } = expectation;
    if (!hows.includes(how)) return [];
    return refIds.flatMap((refId) => {
      const found = shown(results, expectation, refId);
      const keys = [...new Set([...Object.keys(found), ...Object.keys(groups)])];
      return keys
        .filter((key) => !isWithin(found[key] ?? 0, groups[key] ?? 0))
        .map((key) => `${uid}: ${title} [${refId}] ${key}: ${found[key] ?? 0}, not ${groups[key] ?? 0}`);
    });
  });
}

/** The panels that `expected` is about. */
export function panelsOf(expected: readonly Expectation[]): readonly QueryPanel[] {
  const names = new Set(expected.map(({ uid, title }) => `${uid}: ${title}`));
  return PANELS.filter(({ name }) => names.has(name));
}

/** What a query shows, by the labels of an expectation. */
function shown(
  results: Results,
  { uid, title, by, how }: Expectation,
  refId: string,
): Record<string, number> {
  const panel = PANELS.find(({ name }) => name === `${uid}: ${title}`);
  const isGraph = panel?.targets.some((target) => target.refId === refId && !target.instant);
  return group(
    results.of(uid, title, refId).map(({ metric, values }) => [
      // By itself the status is always named; in a table its cell is empty.
      by.map((label) => metric[label] || (label === 'http_response_status_code' ? 'no response' : '')),
      how === 'count'
        ? values.reduce((sum, [, value]) => sum + value, 0)
        : // Of a graph, what its end shows: a series may have ended before.
          (values.find(([time]) => !isGraph || time === results.last)?.[1] ?? 0),
    ]),
  );
}

function isWithin(value: number, amount: Amount): boolean {
  const [low, high] = typeof amount === 'number' ? [amount, amount] : amount;
  const error = 1e-6 * Math.max(1, Math.abs(high === Number.POSITIVE_INFINITY ? 0 : high));
  return value >= low - error && value <= high + error;
}
