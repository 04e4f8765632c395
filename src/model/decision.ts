/** The decisions of the policies in `src/resilience`, as a closed set. */

/** The meaning of each decision. Dashboards and rules use the names. */
export const DECISIONS = {
  retry: 'A failed attempt is retried after a wait.',
  retries_exhausted: 'The last allowed attempt of a call failed.',
  retry_budget_empty: 'No retry was made, because retries have reached their share of the traffic.',
  retry_after_too_long: 'No retry was made, because the API asked for a longer wait than allowed.',
  deadline_exceeded: 'A wait was not started, or an attempt was ended, because of the deadline of the call.',
  second_retry_owner: 'The SDK or a loop around the client also retries.',
  key_blocked: 'The API rejected the key, or its spend limit is reached. Its calls fail without a request.',
  key_rejected: 'A call failed without a request, because its key is blocked.',
  key_probe: 'One call was sent with a blocked key, to check whether the API accepts the key again.',
  key_accepted: 'The API accepts a blocked key again.',
  too_large: 'A request was not sent, because its body is larger than the API accepts.',
  throttled: 'A call waited, because a rate limit has little headroom or the API asked for a pause.',
  queued: 'A call waited for one of the allowed concurrent calls to end.',
  queue_full: 'A call was not sent, because too many calls already wait.',
  queue_timeout: 'A call was not sent, because it waited too long in the queue.',
  circuit_opened: 'The circuit breaker opened. Calls wait for it to close, fall back, or fail.',
  circuit_rejected: 'A request was not sent, because the circuit breaker is open.',
  circuit_waited: 'A call waited for the circuit breaker to close.',
  circuit_probe: 'One call was sent through an open circuit breaker, to check whether the API has recovered.',
  circuit_closed: 'The circuit breaker closed. Calls are sent again.',
  fallback: 'A call was sent to the next model or client of the fallback chain.',
  fallback_served: 'A model or client of the fallback chain served the call.',
  fallback_rejected: 'A fallback was skipped, because it cannot serve the request.',
  fallback_exhausted: 'Every model and client of the fallback chain failed.',
  stale_served: 'An earlier response was returned, because the API failed.',
  deferred: 'A request was added to the queue for message batches.',
  defer_sent: 'A message batch with deferred requests was created.',
  defer_waiting: 'A worker waits, because the API does not accept or return its batch.',
  defer_retry: 'A deferred request failed, and will be sent again with a later batch.',
  dead_lettered: 'A deferred request failed permanently, and is now a dead letter.',
} as const;

/** The name of a decision. */
export type DecisionName = keyof typeof DECISIONS;

/** One decision of a policy. Fields that do not apply are absent. */
export interface Decision {
  readonly name: DecisionName;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** The path of the request, with its ids replaced: `/v1/messages`. */
  readonly path: string;
  /** The model that the request named when the decision was made. */
  readonly model?: string | undefined;
  /** The `error.type` of the failure that led to the decision. */
  readonly errorType?: string | undefined;
  /** The HTTP status of that failure. */
  readonly status?: number | undefined;
  /** The number of the attempt that failed, from 1. */
  readonly attempt?: number | undefined;
  /** How long the call waits or waited, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** For a fallback: the name of the next model or client. */
  readonly to?: string | undefined;
  /** For deferred requests: the name of their queue. */
  readonly queue?: string | undefined;
  /** A human-readable sentence, without content of the request. */
  readonly message: string;
}
