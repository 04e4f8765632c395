/** Determines who served a call: the requested model, another one, or the application itself. */
import type { Attempt } from './attempt.ts';
import { isOtherModel, serverFallbackOf } from './message.ts';

/**
 * Who served a successful call. `api`: the requested model. `fallback`: another model or client. `application`: middleware made the
 * response without the API.
 */
export type ServedBy = 'api' | 'fallback' | 'application';

/** A change of model within a call. */
export interface Fallback {
  readonly from: string;
  readonly to: string;
  /** The `error.type` of the attempt before the change, `refusal` or `other`. */
  readonly cause: string;
}

/** The facts about who served a call. */
export interface Serving {
  readonly servedBy: ServedBy;
  readonly fallback?: Fallback | undefined;
}

/** The cause of a change of model if nothing is known about it. */
export const OTHER_CAUSE = 'other';

/** Why the attempt after `before` requests another model. */
export function causeOfChange(before: Attempt | undefined): string {
  if (before?.failure) return before.failure.errorType;
  return before?.message?.stopReason === 'refusal' ? 'refusal' : OTHER_CAUSE;
}

/** A response that the application's middleware got from another client during a call. */
export interface OtherResponse {
  readonly attempt: Attempt;
  /** Whether its own call is billed for it. This is not the case if its body is read only through this call. */
  readonly billed: boolean;
  /** Why the application asked another client. */
  readonly cause: string;
}

/**
 * Who served a call for `model`.
 *
 * @param accepted the attempts that the API accepted, in order
 * @param others the responses of other clients
 * @param end the SDK's facts about the response at the end
 */
export function servingOf(
  model: string | undefined,
  accepted: readonly Attempt[],
  others: readonly OtherResponse[],
  end: { readonly responseId?: string | undefined; readonly stopReason?: string | undefined },
): Serving {
  const { responseId } = end;
  const other = others.find(({ attempt }) => responseId !== undefined && idOf(attempt) === responseId);
  if (other) return fallback(model, other.attempt.model ?? model, other.cause);
  const serving = servingAttempt(accepted, end);
  if (!serving) return { servedBy: 'application' };
  const within = serverFallbackOf(serving.message);
  if (within !== undefined) return fallback(model, within, 'refusal');
  return isOtherModel(model, serving.model)
    ? fallback(model, serving.model, serving.fallbackCause ?? OTHER_CAUSE)
    : { servedBy: 'api' };
}

/**
 * The attempt whose response the application got: the last one, unless another one is known to be it. `undefined` if the response is
 * known to come from no attempt.
 */
function servingAttempt(
  accepted: readonly Attempt[],
  end: { readonly responseId?: string | undefined; readonly stopReason?: string | undefined },
): Attempt | undefined {
  const last = accepted.at(-1);
  const { responseId } = end;
  if (responseId === undefined || idOf(last) === responseId) return last;
  const same = accepted.find((each) => idOf(each) === responseId);
  // A stream that continues with another model keeps the id of the response that refused.
  if (same) return same.message?.stopReason === end.stopReason ? same : last;
  return accepted.every((each) => idOf(each) !== undefined) ? undefined : last;
}

function idOf(attempt: Attempt | undefined): string | undefined {
  return attempt?.message?.id;
}

function fallback(from: string | undefined, to: string | undefined, cause: string): Serving {
  return {
    servedBy: 'fallback',
    ...(from !== undefined && to !== undefined && { fallback: { from, to, cause } }),
  };
}

/** The reason, known at the start of the attempt, why its model differs from the call's, if it does. */
export function fallbackCauseOf(
  callModel: string | undefined,
  model: string | undefined,
  before: Attempt | undefined,
): string | undefined {
  if (!isOtherModel(callModel, model)) return undefined;
  return before && !isOtherModel(before.model, model) ? before.fallbackCause : causeOfChange(before);
}
