/** What the local API sent, by time and by model. */
import type { SentTotals, TokenCounts, Totals } from '../../../src/testing/index.ts';

/** What was sent between two readings of `server.sent`. */
export function since(before: SentTotals, after: SentTotals): SentTotals {
  const none = { ...before, calls: 0, attempts: 0, statuses: {}, errors: {}, models: {} };
  const models = Object.entries(after.models).map(([model, totals]) => [
    model,
    less(totals, before.models[model]),
  ]);
  return { ...none, ...less(after, before), models: Object.fromEntries(models) };
}

/**
 * The tokens that the answers told of. An interrupted stream told its input; the one output token of its beginning is no
 * count of what was made.
 */
export function tokensOf(sent: SentTotals, model: string): TokenCounts {
  const { tokens, unfinishedTokens } = sent.models[model] ?? sent;
  return numbers(tokens, { ...unfinishedTokens, output: 0 }, 1);
}

function less(after: Totals, before: Totals | undefined): Totals {
  if (!before) return after;
  return {
    calls: after.calls - before.calls,
    attempts: after.attempts - before.attempts,
    statuses: numbers(after.statuses, before.statuses, -1),
    errors: numbers(after.errors, before.errors, -1),
    tokens: numbers(after.tokens, before.tokens, -1),
    unfinishedTokens: numbers(after.unfinishedTokens, before.unfinishedTokens, -1),
    closedByClient: after.closedByClient - before.closedByClient,
  };
}

function numbers<Counts extends object>(first: Counts, second: Counts, times: number): Counts {
  const more = second as Record<string, number>;
  return Object.fromEntries(
    Object.entries(first).map(([name, count]) => [name, Number(count) + times * (more[name] ?? 0)]),
  ) as Counts;
}
