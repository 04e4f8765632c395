/** Records attempts, and the facts about the path and its rate limits in their responses. */
import type { Attempt } from '../../model/attempt.ts';
import type { RateLimit } from '../../model/rate-limit.ts';
import type { CallSeries } from './call-series.ts';
import type { MeterState } from './meter-state.ts';

/** Records the wait before `attempt`. */
export function recordAttemptStart(
  { instruments }: MeterState,
  series: CallSeries,
  { retryDelay, retryCause }: Attempt,
): void {
  if (retryDelay !== undefined) instruments.retryDelay.record(retryDelay, series.retryDelay(retryCause));
}

/** Records that `attempt` failed, or that its response arrived. */
export function recordResponse(state: MeterState, series: CallSeries, attempt: Attempt): void {
  const { detection } = state;
  const { failure, response } = attempt;
  if (failure) detection.attemptFailed(attempt, series.labels.model);
  else if (response) detection.accepted(series.labels.route);
  for (const limit of response?.rateLimits ?? []) recordRateLimit(state, series, limit);
}

/** Records that `attempt` has ended. */
export function recordAttemptEnd(
  { instruments, detection }: MeterState,
  series: CallSeries,
  attempt: Attempt,
): void {
  detection.attemptEnded(attempt, series.labels.model);
  instruments.attempts.add(1, series.attempt(attempt));
  if (attempt.duration !== undefined) {
    instruments.attemptDuration.record(attempt.duration, series.failed(attempt.failure?.errorType));
  }
}

/** Records a 401 response at the Unix time `at`, in seconds. */
export function recordAuthenticationFailure(state: MeterState, series: CallSeries, at: number): void {
  state.instruments.authenticationFailures.add(1, series.route);
  state.authenticationFailureTimes.set(series.labels.route, series.route, at);
  state.detection.authenticationFailed(series.labels.route);
}

/** Records the new length of the streak of a path and model. `began` states whether the streak just began. */
export function recordStreak(state: MeterState, series: CallSeries, length: number, began: boolean): void {
  state.streaks.set(series.streakKey, series.streak, length);
  if (began) state.instruments.serverErrorStreaks.add(1, series.streak);
}

function recordRateLimit({ instruments, limits }: MeterState, series: CallSeries, limit: RateLimit): void {
  const { known, isNew, fell } = limits.update(series.labels.model ?? '', limit, () =>
    series.rateLimit(limit.type),
  );
  // Starts at zero, so that the first crossing is an increase.
  if (isNew || fell) instruments.rateLimitLow.add(fell ? 1 : 0, known.labels);
}
