/** The interface of the local API server for tests. */

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
  /** Exact totals of what the server sent, to compare with a dashboard. A copy of the current state. */
  readonly sent: SentTotals;
  /** How many planned responses have not been used yet. */
  readonly pending: number;
  /** The valid keys. Assign others to rotate a key, or `undefined` to accept any key. */
  apiKeys: readonly string[] | undefined;
  /** The available models. Assign to retire or release one. */
  models: readonly string[];
  /** The rate limits. Assigning them refills every bucket. */
  rateLimits: RateLimitOptions;
  /** Sets the headroom of the limits that the model's class shares, as if other clients had used the rest. */
  drain(model: string, remaining: ModelClassLimits): void;
  /**
   * Plans the next responses. Each matching request takes the next one, whatever it requests, unless its key is invalid
   * or its body is too large. After the last planned response, the server is healthy again.
   *
   * @param steps Made by `respond`.
   * @param match Which requests may take these steps. @default any
   * @throws TypeError when a step was not made by `respond`.
   */
  plan(steps: readonly PlannedResponse[], match?: RequestMatch): void;
  /**
   * Makes requests fail at random if the plan has no response for them. Replaces the former faults.
   *
   * @param faults One or more kinds of faults; none ends them.
   * @throws TypeError naming the wrong option.
   */
  faults(...faults: readonly FaultOptions[]): void;
  /** Forgets requests, totals, plan, faults, cached prompts and batches, and refills the limits. Settings stay. */
  reset(): void;
  /** Resolves when this many requests have arrived since the start or the last `reset()`. */
  waitForRequests(count: number): Promise<void>;
  /** Resolves when no request is in progress. Every field of `requests` is then final. */
  idle(): Promise<void>;
  /** Stops listening and closes every open connection, including hanging ones. */
  close(): Promise<void>;
}
