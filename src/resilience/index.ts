/**
 * The reactions to failures of the API as small middleware for the Claude SDK, each decision visible. Works without OpenTelemetry.
 *
 * @packageDocumentation
 */
import { publishPolicies } from './read-state.ts';

export { DECISIONS, type Decision, type DecisionName } from '../model/decision.ts';
export { type OnDecision, subscribeToDecisions } from '../ports/decisions.ts';
export { type AttemptTimeoutOptions, attemptTimeout } from './attempt-timeout.ts';
export { type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts';
export { type Clock, systemClock } from './clock.ts';
export { type ConcurrencyOptions, concurrency } from './concurrency.ts';
export { type DeadlineOptions, deadline } from './deadline.ts';
export { type DeferOptions, type DeferQueue, type DeferWorkOptions, defer } from './defer.ts';
export {
  type ClaimedRequest,
  type DeadLetter,
  type DeferClaim,
  type DeferFailure,
  type DeferredRequest,
  type DeferStats,
  type DeferStore,
  type MemoryDeferStore,
  type MemoryDeferStoreOptions,
  memoryDeferStore,
} from './defer-store.ts';
export type { DeferClient } from './defer-worker.ts';
export { type FailFastOptions, failFast } from './fail-fast.ts';
export { DECISION_HEADER, type FailureKind } from './failure.ts';
export { type FallbackOptions, fallback, SERVED_BY_HEADER } from './fallback.ts';
export { type FallbackClient, type FallbackTarget, UNSUPPORTED_ELSEWHERE } from './fallback-target.ts';
export type { ApiRequest, CallOptions, Middleware, MiddlewareContext } from './middleware.ts';
export { type PartialText, partial } from './partial.ts';
export { POLICY_ORDER, type PolicyName, type PolicyOptions } from './policy.ts';
export { type ResilienceOptions, resilience, withResilience } from './resilience.ts';
export { type RetryOptions, retry } from './retry.ts';
export type { RetryBudgetOptions } from './retry-budget.ts';
export { RETRY_RULES, type RetryRule, type RetryRules } from './retry-rules.ts';
export { type SizeGuardOptions, type SizeLimits, sizeGuard } from './size-guard.ts';
export { type MemoryStoreOptions, memoryStore, type StaleEntry, type StaleStore } from './stale-store.ts';
export { type StaleWhileDownOptions, staleWhileDown } from './stale-while-down.ts';
export { type ThrottleOptions, throttle } from './throttle.ts';

publishPolicies();
