/** What all policies share: their options, their order, and the check of that order. */

import type { Decision, DecisionName } from '../model/decision.ts';
import { type OnDecision, report } from '../ports/decisions.ts';
import { type Call, callOf } from './call.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Failure } from './failure.ts';
import type { ApiRequest, Middleware, Next } from './middleware.ts';
import { factsOf, type RequestFacts } from './request-facts.ts';

/** The policies, outermost first. What a policy must see determines its position. */
export const POLICY_ORDER = [
  // Replaces any failure of the other policies.
  'staleWhileDown',
  // Includes every wait.
  'deadline',
  // A request that is never sent concerns no other policy.
  'sizeGuard',
  // Each model or client of the chain has its own retries.
  'fallback',
  // A blocked key is not retried.
  'failFast',
  'retry',
  // A wait is not an attempt, and does not count as a concurrent call.
  'throttle',
  'concurrency',
  // After the queue: a circuit can open while a call waits.
  'circuitBreaker',
  // The time of one attempt, without any wait.
  'attemptTimeout',
] as const;

/** The name of a policy. */
export type PolicyName = (typeof POLICY_ORDER)[number];

/** Options of every policy. */
export interface PolicyOptions {
  /** Receives every decision of the policy. Its errors are ignored. */
  readonly onDecision?: OnDecision | undefined;
  /** Time and randomness, for tests and simulations. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** One request that passes a policy. */
export interface Passing {
  readonly request: ApiRequest;
  readonly facts: RequestFacts;
  readonly call: Call;
  readonly clock: Clock;
  readonly next: Next;
  /** Reports a decision about this request. */
  decide(name: DecisionName, message: string, details?: DecisionDetails): void;
}

/** What a policy states of a decision. */
export interface DecisionDetails {
  readonly failure?: Failure | undefined;
  readonly attempt?: number | undefined;
  readonly waitMs?: number | undefined;
  readonly to?: string | undefined;
}

/** The middleware that an SDK has run. */
const ran = new WeakSet<object>();

/** Whether an SDK has run `middleware`. */
export function hasRun(middleware: Middleware): boolean {
  return ran.has(middleware);
}

/** Marks the middleware of a policy with its name. */
const POLICY = Symbol.for('anthropic-otel.resilience.policy');

/** Creates the middleware of a policy. It passes requests through that are not API calls. */
export function createPolicy(
  name: PolicyName,
  options: PolicyOptions,
  run: (passing: Passing) => Promise<Response>,
): Middleware {
  const { clock = systemClock, onDecision } = options;
  const instance = {};
  const middleware = async (
    request: ApiRequest,
    next: Next,
    context: { options?: Call['options'] | undefined },
  ) => {
    ran.add(middleware);
    if (!context.options) return next(request);
    const call = callOf(request, context, context.options, clock);
    checkOrder(call, name, instance);
    const facts = factsOf(request, context.options);
    const decide: Passing['decide'] = (decision, message, details = {}) =>
      report(describe(decision, message, details, facts, clock.now()), onDecision);
    return run({ request, facts, call, clock, next, decide });
  };
  return Object.assign(middleware, { [POLICY]: name }) as Middleware;
}

/** The name of the policy behind a middleware, or `undefined` for any other. */
export function policyOf(middleware: unknown): PolicyName | undefined {
  return typeof middleware === 'function' ? (middleware as { [POLICY]?: PolicyName })[POLICY] : undefined;
}

/**
 * Checks that the policies are in order, and that each appears only once.
 * @throws TypeError that names the two wrong policies, and how to correct them
 */
function checkOrder({ entered }: Call, name: PolicyName, instance: object): void {
  const before = entered.get(name);
  if (before === instance) return;
  if (before) {
    throw new TypeError(
      `anthropic-otel/resilience: the policy \`${name}\` appears twice in the client's middleware; remove one of them`,
    );
  }
  const place = POLICY_ORDER.indexOf(name);
  for (const other of entered.keys()) {
    if (POLICY_ORDER.indexOf(other as PolicyName) > place) {
      throw new TypeError(
        `anthropic-otel/resilience: the policy \`${name}\` must come before \`${other}\` in the client's middleware; \`resilience({ ... })\` returns the right order`,
      );
    }
  }
  entered.set(name, instance);
}

function describe(
  name: DecisionName,
  message: string,
  { failure, attempt, waitMs, to }: DecisionDetails,
  { path, model }: RequestFacts,
  at: number,
): Decision {
  return {
    name,
    at,
    path,
    ...(model !== undefined && { model }),
    ...(failure && { errorType: failure.errorType }),
    ...(failure?.status !== undefined && { status: failure.status }),
    ...(attempt !== undefined && { attempt }),
    ...(waitMs !== undefined && { waitMs: Math.round(waitMs) }),
    ...(to !== undefined && { to }),
    message,
  };
}
