/** Every decision of the policies in `src/resilience`, by a closed set of names. */

/** What each decision means. Dashboards and rules use the names. */
export const DECISIONS = {
  retry: 'A failed attempt is followed by another one, after a wait.',
  retries_exhausted: 'The last allowed attempt of a call failed.',
  retry_budget_empty: 'A retry was not made: retries already take their share of the traffic.',
  retry_after_too_long: 'A retry was not made: the API asks for a longer wait than is allowed.',
  deadline_exceeded: 'A wait was not begun, or an attempt was ended: it would pass the deadline of the call.',
  second_retry_owner: 'The SDK or a loop around the client retries, too.',
  key_blocked: 'The API rejected the key or its spend limit is reached: calls fail without a request.',
  key_rejected: 'A call failed without a request, because its key is blocked.',
  key_probe: 'One call was sent with a blocked key, to see whether the API accepts it again.',
  key_accepted: 'The API accepts a blocked key again.',
  too_large: 'A request was not sent: its body is larger than the API takes.',
  throttled: 'A call waited, because little is left of a rate limit or the API asked for a pause.',
  queued: 'A call waited for one of the allowed concurrent calls to end.',
  queue_full: 'A call was not sent: too many wait already.',
  queue_timeout: 'A call was not sent: it waited too long for its turn.',
  circuit_opened: 'The circuit breaker opened: calls wait for it to close, fall back, or fail.',
  circuit_rejected: 'A request was not sent, because the circuit breaker is open.',
  circuit_waited: 'A call waited for the circuit breaker to close.',
  circuit_probe: 'One call was sent through an open circuit breaker, to see whether the API has recovered.',
  circuit_closed: 'The circuit breaker closed: calls are sent again.',
  fallback: 'A call was sent to the next model or client of the fallback chain.',
  fallback_served: 'A model or client of the fallback chain served the call.',
  fallback_rejected: 'A fallback was left out: it cannot serve what the request asks for.',
  fallback_exhausted: 'Every model and client of the fallback chain failed.',
  stale_served: 'An earlier response was returned, because the API failed.',
  deferred: 'A request was put in the queue for message batches.',
  defer_sent: 'A message batch with deferred requests was created.',
  defer_waiting: 'A worker waits, because the API does not take or give its batch.',
  defer_retry: 'A deferred request failed, and is sent again with a later batch.',
  dead_lettered: 'A deferred request failed for good, and is a dead letter.',
} as const;

/** The name of a decision. */
export type DecisionName = keyof typeof DECISIONS;

/** One decision of a policy. What does not apply is absent. */
export interface Decision {
  readonly name: DecisionName;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** The path of the request, with its ids replaced: `/v1/messages`. */
  readonly path: string;
  /** The model that the request asked for when the decision was made. */
  readonly model?: string | undefined;
  /** `error.type` of the failure that led to the decision. */
  readonly errorType?: string | undefined;
  /** The HTTP status of that failure. */
  readonly status?: number | undefined;
  /** The number of the attempt that failed, from 1. */
  readonly attempt?: number | undefined;
  /** How long the call waits or waited, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** Of a fallback: the name of the model or client that comes next. */
  readonly to?: string | undefined;
  /** Of deferred requests: the name of their queue. */
  readonly queue?: string | undefined;
  /** A sentence for people, without content of the request. */
  readonly message: string;
}
