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

/** A response of the API to an attempt, as its status line and headers state it. */
export interface ResponseHead {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly rateLimits: readonly RateLimit[];
  /** How long the API asks to wait, in seconds. */
  readonly retryAfter?: number | undefined;
}

/** Why an attempt failed, as an adapter sees it. */
export interface FailureFacts {
  readonly errorType: string;
  readonly errorCode?: string | undefined;
  /** Whether the account cannot pay or may not spend more. */
  readonly billing?: boolean | undefined;
  /** Whether the SDK retries this failure while it has retries left. */
  readonly retryable: boolean;
  /** The request's shape, for a failure that lies in the request. */
  readonly shape?: RequestShape | undefined;
  /** The request and the API's message, where content capture is on. */
  readonly content?: { readonly request: unknown; readonly message?: string | undefined } | undefined;
}

/** Why an attempt failed, and who has to act. */
export interface AttemptFailure extends FailureFacts {
  readonly fault: Fault;
}

/** One HTTP request within a call. The call changes it; everybody else reads. */
export interface Attempt {
  /** The position within the call, from 1. */
  readonly number: number;
  /** Monotonic time of the start, in milliseconds. */
  readonly startedAt: number;
  /** Whether it had started before it was known. */
  readonly late: boolean;
  /** What a signal keeps of it, and opaque here. */
  handle?: unknown;
  /** The HTTP method. */
  readonly httpMethod: string;
  /** The URL without its query. */
  readonly url: string;
  /** The model that its request names. */
  model?: string | undefined;
  /** Why it names another model than the call does: `error.type` of the attempt that the model failed, `refusal` or `other`. */
  readonly fallbackCause?: string | undefined;
  /** Time waited before this attempt since the one before it ended, in seconds. */
  readonly retryDelay?: number | undefined;
  /** `error.type` of the attempt before this one. */
  readonly retryCause?: string | undefined;
  response?: ResponseHead | undefined;
  /** Monotonic time of the response, in milliseconds. */
  respondedAt?: number | undefined;
  /** Whether its body is observed, and so what the SDK states of the only response is not needed. */
  observed?: boolean | undefined;
  /** What its response states, as far as it was read. */
  message?: MessageFacts | undefined;
  failure?: AttemptFailure | undefined;
  /** Monotonic time of the failure, in milliseconds. */
  failedAt?: number | undefined;
  /** In seconds, when the attempt has ended. */
  duration?: number | undefined;
  disposition?: Disposition | undefined;
}

/** How the last attempt of a call with `outcome` ended. */
export function lastDisposition(attempt: Attempt, outcome: Outcome): Disposition {
  if (outcome === 'error' || attempt.failure) return 'final';
  return attempt.response ? 'ok' : 'canceled';
}

/** Sets why `attempt` failed. Who has to act is decided here, and nowhere else. */
export function setFailure(attempt: Attempt, failure: FailureFacts): void {
  attempt.failure = { ...failure, fault: faultOf({ ...failure, status: attempt.response?.status }) };
}
