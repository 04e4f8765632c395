/** One HTTP request within a call. */
import type { Outcome } from './call-facts.ts';
import { type Fault, faultOf } from './errors.ts';
import type { MessageFacts } from './message.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RequestShape } from './request-shape.ts';

/**
 * How an attempt ended: the API accepted it (`ok`), it failed and another attempt of its call followed (`retried`), it
 * failed and none followed (`final`), or the application aborted it before a response (`canceled`).
 */
export type Disposition = 'ok' | 'retried' | 'final' | 'canceled';

/** The API's response to an attempt, according to its status line and headers. */
export interface ResponseHead {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly rateLimits: readonly RateLimit[];
  /** The wait that the API requests, in seconds. */
  readonly retryAfter?: number | undefined;
}

/** Why an attempt failed, as an adapter sees it. */
export interface FailureFacts {
  readonly errorType: string;
  readonly errorCode?: string | undefined;
  /** Whether the account has a billing problem or reached its spend limit. */
  readonly billing?: boolean | undefined;
  /** Whether the SDK retries this failure while it has retries left. */
  readonly retryable: boolean;
  /** The shape of the request, for a failure that the request itself causes. */
  readonly shape?: RequestShape | undefined;
  /** The request and the API's message, if content capture is on. */
  readonly content?: { readonly request: unknown; readonly message?: string | undefined } | undefined;
}

/** Why an attempt failed, and who has to act. */
export interface AttemptFailure extends FailureFacts {
  readonly fault: Fault;
}

/** One HTTP request within a call. Only the call changes it. */
export interface Attempt {
  /** The position within the call, from 1. */
  readonly number: number;
  /** Monotonic time of the start, in milliseconds. */
  readonly startedAt: number;
  /** Whether the attempt became known only after its start. */
  readonly late: boolean;
  /** State of a signal, opaque here. */
  handle?: unknown;
  /** The HTTP method. */
  readonly httpMethod: string;
  /** The URL without its query. */
  readonly url: string;
  /** The model that the request names. */
  model?: string | undefined;
  /**
   * Why the request names another model than the call does: the `error.type` of the attempt that failed with the earlier model,
   * `refusal` or `other`.
   */
  readonly fallbackCause?: string | undefined;
  /** The time between the end of the previous attempt and this one, in seconds. */
  readonly retryDelay?: number | undefined;
  /** The `error.type` of the previous attempt. */
  readonly retryCause?: string | undefined;
  response?: ResponseHead | undefined;
  /** Monotonic time of the response, in milliseconds. */
  respondedAt?: number | undefined;
  /** Whether the body is observed, so that the SDK's facts about the only response are not needed. */
  observed?: boolean | undefined;
  /** The facts of the response that were read so far. */
  message?: MessageFacts | undefined;
  failure?: AttemptFailure | undefined;
  /** Monotonic time of the failure, in milliseconds. */
  failedAt?: number | undefined;
  /** In seconds, after the attempt has ended. */
  duration?: number | undefined;
  disposition?: Disposition | undefined;
}

/** How the last attempt of a call with `outcome` ended. */
export function lastDisposition(attempt: Attempt, outcome: Outcome): Disposition {
  if (outcome === 'error' || attempt.failure) return 'final';
  return attempt.response ? 'ok' : 'canceled';
}

/** Sets why `attempt` failed. This is the only place that decides who has to act. */
export function setFailure(attempt: Attempt, failure: FailureFacts): void {
  attempt.failure = { ...failure, fault: faultOf({ ...failure, status: attempt.response?.status }) };
}
