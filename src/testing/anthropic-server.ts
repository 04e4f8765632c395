/** What a test can do with the local API server. */

import type { ReceivedRequest, SentTotals } from './api/ledger.ts';
import type { ModelClassLimits, RateLimitOptions } from './api/rate-limits.ts';
import type { PlannedResponse } from './script/planned-response.ts';
import type { FaultOptions, RequestMatch } from './script/response-plan.ts';

/** A running server that responds like the Claude API. */
export interface AnthropicServer extends AsyncDisposable {
  /** For the client's `baseURL`: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Every request received since the start or the last `reset()`, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** What was really sent: exact totals, for a dashboard to be compared with. A copy, as of now. */
  readonly sent: SentTotals;
  /** How many planned responses have not been used yet. */
  readonly pending: number;
  /** The valid keys; assign others to rotate a key, `undefined` to accept any. */
  apiKeys: readonly string[] | undefined;
  /** The models on offer; assign to retire or release one. */
  models: readonly string[];
  /** The rate limits; assigning refills every bucket. */
  rateLimits: RateLimitOptions;
  /** Sets what remains of the limits that the model's class shares, as if others had used the rest. */
  drain(model: string, remaining: ModelClassLimits): void;
  /**
   * Plans the next responses: each matching request takes the next one, whatever it asks for. Only an invalid key
   * and a body that is too large are rejected before. With none left the server is healthy again.
   *
   * @param steps Made by `respond`.
   * @param match Which requests may take these steps. @default any
   * @throws TypeError when a step was not made by `respond`.
   */
  plan(steps: readonly PlannedResponse[], match?: RequestMatch): void;
  /**
   * Makes requests fail by chance, once the plan has nothing for them; replaces the former faults.
   *
   * @param faults One or more kinds of faults; none ends them.
   * @throws TypeError naming the wrong option.
   */
  faults(...faults: readonly FaultOptions[]): void;
  /** Forgets requests, totals, plan, faults, cached prompts and batches, and refills the limits. Settings stay. */
  reset(): void;
  /** Resolves when this many requests have arrived since the start or the last `reset()`. */
  waitForRequests(count: number): Promise<void>;
  /** Resolves when no request is under way: every field of `requests` is then final. */
  idle(): Promise<void>;
  /** Stops listening and ends every open connection, hanging ones too. */
  close(): Promise<void>;
}
