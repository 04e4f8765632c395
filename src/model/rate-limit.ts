/** Reads the rate-limit headers of an answer, and tells when what is left of a limit falls below 10 %. */

/** The limits that the API states. */
export type RateLimitType =
  | 'requests'
  | 'tokens'
  | 'input_tokens'
  | 'output_tokens'
  | 'priority_input_tokens'
  | 'priority_output_tokens'
  | 'fast_input_tokens'
  | 'fast_output_tokens';

/** One limit as an answer states it. What the answer does not state is absent. */
export interface RateLimit {
  readonly type: RateLimitType;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** When the limit is full again, in Unix seconds. */
  readonly resetTime?: number | undefined;
}

/** What is needed of `Headers`. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** The header prefix of each limit: `<prefix>-limit`, `-remaining` and `-reset`. */
const ANTHROPIC: ReadonlyArray<readonly [RateLimitType, string]> = [
  ['requests', 'anthropic-ratelimit-requests'],
  ['tokens', 'anthropic-ratelimit-tokens'],
  ['input_tokens', 'anthropic-ratelimit-input-tokens'],
  ['output_tokens', 'anthropic-ratelimit-output-tokens'],
  ['priority_input_tokens', 'anthropic-priority-input-tokens'],
  ['priority_output_tokens', 'anthropic-priority-output-tokens'],
  ['fast_input_tokens', 'anthropic-fast-input-tokens'],
  ['fast_output_tokens', 'anthropic-fast-output-tokens'],
];

/** Gateways write `x-ratelimit-<field>-<type>`. */
const GATEWAY_TYPES = ['requests', 'tokens'] as const;

/** The limits that `headers` state. `now` is the time of the answer in Unix milliseconds. */
export function readRateLimits(headers: HeaderReader, now: number): RateLimit[] {
  const limits: RateLimit[] = [];
  for (const [type, prefix] of ANTHROPIC) {
    const limit = readLimit(type, headers, now, (field) => `${prefix}-${field}`);
    if (limit) limits.push(limit);
  }
  if (limits.length > 0) return limits;
  for (const type of GATEWAY_TYPES) {
    const limit = readLimit(type, headers, now, (field) => `x-ratelimit-${field}-${type}`);
    if (limit) limits.push(limit);
  }
  return limits;
}

function readLimit(
  type: RateLimitType,
  headers: HeaderReader,
  now: number,
  header: (field: 'limit' | 'remaining' | 'reset') => string,
): RateLimit | undefined {
  // Most answers state few of the limits, so one header decides.
  const remaining = headers.get(header('remaining'));
  if (remaining === null) return undefined;
  return {
    type,
    limit: count(headers.get(header('limit'))),
    remaining: count(remaining),
    resetTime: time(headers.get(header('reset')), now),
  };
}

/** A header's value as a whole number, or `undefined` for anything else: a malformed header is no header. */
function count(value: string | null): number | undefined {
  return value !== null && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

/** A reset as Unix seconds: RFC 3339, or (gateways) seconds from now. */
function time(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = /^(\d{1,9}(?:\.\d+)?)s?$/.exec(value.trim());
  if (seconds) return now / 1000 + Number(seconds[1]);
  const parsed = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed / 1000;
}

/** The share of a limit below which it counts as low. */
export const LOW_SHARE = 0.1;

/** Remembers which limits are low, so that each fall below 10 % counts once. */
export class LowLimits {
  readonly #low = new Set<string>();

  /** Whether `remaining` of `limit` just fell below 10 %. `key` names the limit; keep the keys bounded. */
  crosses(key: string, limit: number, remaining: number): boolean {
    if (remaining >= limit * LOW_SHARE) {
      this.#low.delete(key);
      return false;
    }
    if (this.#low.has(key)) return false;
    this.#low.add(key);
    return true;
  }
}
