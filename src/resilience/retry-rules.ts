/** Which failures are retried, how often, and after which waits, in one readable table. */
import type { FailureKind } from './failure.ts';

/** How a kind of failure is retried. */
export interface RetryRule {
  /** The wait before each retry, in milliseconds; as many retries as waits. */
  readonly delays: readonly number[];
  /** `full`: each wait is a random part of its delay. @default 'none' */
  readonly jitter?: 'none' | 'full';
  /** The most retries of one call within a time, whatever the delays are. */
  readonly limit?: { readonly retries: number; readonly withinMs: number };
}

/** A rule for each kind of failure. */
export type RetryRules = Readonly<Record<FailureKind, RetryRule>>;

const NEVER: RetryRule = { delays: [] };
const TWICE: RetryRule = { delays: [1_000, 2_000], jitter: 'full' };

/**
 * The default rules. `retry-after` replaces the wait of every rule. The reset time of an empty rate limit replaces the wait of
 * `rate_limit`. `x-should-retry: false` forbids a retry; `true` retries a kind without delays like a `connection` failure.
 */
export const RETRY_RULES: RetryRules = {
  rate_limit: { delays: [1_000, 2_000, 4_000, 8_000], jitter: 'full' },
  overloaded: { delays: [5_000, 15_000, 45_000], limit: { retries: 3, withinMs: 30_000 } },
  server_error: { delays: [1_000] },
  gateway_timeout: TWICE,
  timeout: TWICE,
  connection: TWICE,
  authentication: NEVER,
  billing: NEVER,
  client: NEVER,
};
