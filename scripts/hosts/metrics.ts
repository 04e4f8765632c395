/** Reads counts from the text of an endpoint. */
import type { Counts, Expected } from '../../dev/hosts/cell.ts';

const CALLS = 'anthropic_client_calls_total';
const ATTEMPTS = 'anthropic_client_attempts_total';

/** The calls and attempts that the text of an endpoint counts. Series at 0 are left out. */
export function readCounts(text: string): Expected {
  return {
    calls: sum(text, CALLS, ['anthropic_outcome']),
    attempts: sum(text, ATTEMPTS, ['anthropic_attempt_disposition', 'http_response_status_code']),
  };
}

/** What `n` visits come to. */
export function times({ calls, attempts }: Expected, n: number): Expected {
  const by = (counts: Counts): Counts =>
    Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, value * n]));
  return { calls: by(calls), attempts: by(attempts) };
}

/** What differs, in words. */
export function differences(expected: Expected, found: Expected): string[] {
  return (['calls', 'attempts'] as const).flatMap((kind) =>
    show(expected[kind]) === show(found[kind])
      ? []
      : [`${kind}: expected ${show(expected[kind])}, found ${show(found[kind])}`],
  );
}

function show(counts: Counts): string {
  const parts = Object.entries(counts).filter(([, value]) => value !== 0);
  return parts.length === 0
    ? 'none'
    : parts
        .map(([key, value]) => `${value} ${key}`)
        .sort()
        .join(' + ');
}

function sum(text: string, name: string, labels: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`)) continue;
    const key = labels
      .map((label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '')
      .join(' ')
      .trim();
    const value = Number(/\} (\S+)/.exec(line)?.[1]);
    if (value > 0) counts[key] = (counts[key] ?? 0) + value;
  }
  return counts;
}
