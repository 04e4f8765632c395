/** The policy that retries failed attempts according to the failure, within a budget. */

import type { DecisionName } from '../model/decision.ts';
import { anySignal, type Call } from './call.ts';
import { waitForCircuit } from './circuit-line.ts';
import type { Clock } from './clock.ts';
import { expectFields, expectNumber, wrong } from './expect.ts';
import {
  bufferFailure,
  DECISION_HEADER,
  FAILURE_KINDS,
  type Failure,
  readFailure,
  thrownFailure,
} from './failure.ts';
import type { ApiRequest, Middleware } from './middleware.ts';
import { createPolicy, type Passing, type PolicyOptions } from './policy.ts';
import { copyRequest, estimatedTokens, isSingleUse } from './request-facts.ts';
import { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts';
import { RETRY_RULES, type RetryRule, type RetryRules } from './retry-rules.ts';
import { callEnded, findSecondOwner } from './second-owner.ts';
import { sharedState } from './state.ts';

/** Options of `retry`. */
export interface RetryOptions extends PolicyOptions {
  /** Rules that replace the rules in `RETRY_RULES`, by kind of failure. */
  readonly rules?: Partial<RetryRules>;
  /** The longest wait for `retry-after` or a reset time, in milliseconds. If the API asks for more, the call fails at once. @default 60000 */
  readonly maxRetryAfter?: number;
  /** Milliseconds from the start of the call after which no retry is sent. @default 120000 */
  readonly maxElapsed?: number;
  /**
   * How long a call waits for an open circuit to close, in milliseconds, unless it can fall back. The wait sends no request. 0 fails the call at once.
   * @default 60000
   */
  readonly maxCircuitWait?: number;
  /** The budget, or `false` for none. All `retry` policies with the same clock share one; the first one's settings count. */
  readonly budget?: RetryBudgetOptions | false;
  /** The number of prompt tokens that costs one more retry of the budget; a prompt three times as long costs four. @default 50000 */
  readonly tokensPerRetry?: number;
}

const FIELDS = [
  'rules',
  'maxRetryAfter',
  'maxElapsed',
  'maxCircuitWait',
  'budget',
  'tokensPerRetry',
  'onDecision',
  'clock',
];

type Settings = Required<Omit<RetryOptions, keyof PolicyOptions | 'rules'>> & { readonly rules: RetryRules };

/** How long to wait before a retry, or why there is none: without a decision where none was to be made. */
type Plan =
  | { readonly waitMs: number; readonly decision?: never; readonly message?: never }
  | { readonly waitMs?: never; readonly decision?: DecisionName; readonly message?: string };

/**
 * Retries failed attempts according to the kind of failure. The default rules are `RETRY_RULES`.
 *
 * Only this policy may retry, so set `maxRetries: 0` on the client. If the SDK retries anyway, each of its retries is sent once, and a
 * `second_retry_owner` decision reports this.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ maxRetries: 0, middleware: [retry({ rules: { server_error: { delays: [500, 2_000] } } })] });
 */
export function retry(options: RetryOptions = {}): Middleware {
  const settings = checkOptions(options);
  return createPolicy('retry', options, (passing) => new Attempts(passing, settings).run());
}

/** What came of one attempt. */
type Sent =
  | { readonly failure?: never; readonly response: Response; readonly thrown?: never }
  | { readonly failure: Failure; readonly response?: Response; readonly thrown?: unknown };

/** The kind of the shared state that the budget is kept under. */
export const BUDGETS = 'retry-budget';

/** The budget that retries with `clock` share. */
export function retryBudget(clock: Clock, options: RetryBudgetOptions = {}): RetryBudget {
  return sharedState(clock, BUDGETS, '', () => new RetryBudget(options));
}

/** The attempts of one call. */
class Attempts {
  readonly #passing: Passing;
  readonly #settings: Settings;
  readonly #call: Call;
  readonly #budget: RetryBudget | undefined;
  /** When each kind of failure was retried. */
  readonly #retries = new Map<string, number[]>();
  #attempt = 0;
  #circuitWaitMs = 0;

  constructor(passing: Passing, settings: Settings) {
    this.#passing = passing;
    this.#settings = settings;
    this.#call = passing.call;
    this.#budget = settings.budget === false ? undefined : retryBudget(passing.clock, settings.budget);
  }

  async run(): Promise<Response> {
    const { request, next } = this.#passing;
    if (findSecondOwner(this.#passing)) return next(request);
    this.#budget?.deposit(this.#passing.clock.now());
    for (;;) {
      this.#attempt += 1;
      const { failure, response, thrown } = await this.#send();
      if (!failure) {
        callEnded(this.#passing, 'accepted');
        return response;
      }
      if (await this.#waitForCircuit(failure, response)) continue;
      const { waitMs, decision, message = '' } = this.#plan(failure);
      if (waitMs === undefined) {
        if (this.#attempt > 1 && decision) callEnded(this.#passing, 'failed');
        if (decision) this.#passing.decide(decision, message, { failure, attempt: this.#attempt });
        if (!response) throw thrown;
        if (decision !== 'retry_after_too_long') return response;
        const marked = await bufferFailure(response);
        marked.headers.set(DECISION_HEADER, decision);
        return marked;
      }
      // The connection is free for others during the wait.
      void response?.body?.cancel().catch(() => {});
      this.#passing.decide(
        'retry',
        `Attempt ${this.#attempt} failed (${failure.errorType}), retried in ${waitMs} ms.`,
        {
          failure,
          attempt: this.#attempt,
          waitMs,
        },
      );
      await this.#call.wait(waitMs);
    }
  }

  /** Waits for an open circuit to close, if that was what `failure` comes from. Returns whether the request may be sent now. */
  async #waitForCircuit({ kind }: Failure, response: Response | undefined): Promise<boolean> {
    if (response?.headers.get(DECISION_HEADER) !== 'circuit_rejected' || this.#call.fallsBackOn?.has(kind))
      return false;
    const { maxCircuitWait, maxElapsed } = this.#settings;
    const since = this.#passing.clock.now();
    const end = Math.min(this.#call.startedAt + maxElapsed, this.#call.deadlineAt);
    const mayGo = await waitForCircuit(
      this.#passing,
      Math.min(maxCircuitWait - this.#circuitWaitMs, end - since),
    );
    this.#circuitWaitMs += this.#passing.clock.now() - since;
    // What was not sent is no attempt.
    if (mayGo) this.#attempt -= 1;
    return mayGo;
  }

  async #send(): Promise<Sent> {
    const { request, next, clock } = this.#passing;
    const timeout = this.#call.attemptTimeout;
    const controller = new AbortController();
    const cancel = timeout === undefined ? undefined : clock.setTimer(timeout, () => controller.abort());
    try {
      const signal = cancel ? anySignal(this.#call.signal, controller.signal) : request.signal;
      const response = await next(this.#attempt === 1 ? request : this.#nextRequest(signal));
      return response.ok ? { response } : await readFailure(response, clock.now());
    } catch (thrown) {
      this.#call.attemptThrew(thrown);
      const failure = this.#call.ended ? undefined : thrownFailure(thrown);
      if (!failure) throw thrown;
      return { failure, thrown };
    } finally {
      cancel?.();
    }
  }

  #nextRequest(signal: AbortSignal | null | undefined): ApiRequest {
    const { request } = this.#passing;
    const headers = new Headers(request.headers);
    headers.set('x-stainless-retry-count', String(this.#attempt - 1));
    return copyRequest(request, { headers, signal });
  }

  #plan(failure: Failure): Plan {
    const { clock, request } = this.#passing;
    const { maxRetryAfter, maxElapsed, tokensPerRetry } = this.#settings;
    // What was not sent is not retried: the policy that rejected it has decided.
    if (failure.local || failure.shouldRetry === false || isSingleUse(request.body)) return {};
    const { delays, jitter, limit } = this.#rule(failure);
    if (delays.length === 0) return {};
    const now = clock.now();
    const before = this.#retries.get(failure.kind) ?? [];
    const delay = delays[before.length];
    const recent = before.filter((at) => now - at < (limit?.withinMs ?? 0)).length;
    if (delay === undefined || (limit && recent >= limit.retries)) {
      return {
        decision: 'retries_exhausted',
        message: `Attempt ${this.#attempt} failed, and no retry is left.`,
      };
    }
    const asked = askedWait(failure, now);
    if (asked !== undefined && asked > maxRetryAfter) {
      const message = `The API asked for a wait of ${seconds(asked)}, which is longer than ${seconds(maxRetryAfter)}.`;
      return { decision: 'retry_after_too_long', message };
    }
    const waitMs = Math.ceil(asked ?? (jitter === 'full' ? clock.random() * delay : delay));
    if (now + waitMs - this.#call.startedAt > maxElapsed || !this.#call.hasTimeFor(waitMs)) {
      return {
        decision: 'deadline_exceeded',
        message: `A wait of ${seconds(waitMs)} would exceed the deadline.`,
      };
    }
    const weight = 1 + Math.floor(estimatedTokens(request) / tokensPerRetry);
    if (this.#budget?.withdraw(weight, now) === false) {
      return { decision: 'retry_budget_empty', message: 'Retries have reached their share of the traffic.' };
    }
    this.#retries.set(failure.kind, [...before, now]);
    return { waitMs };
  }

  #rule({ kind, shouldRetry }: Failure): RetryRule {
    const { rules } = this.#settings;
    return shouldRetry === true && rules[kind].delays.length === 0 ? rules.connection : rules[kind];
  }
}

/** The wait that the API asks for, in milliseconds. */
function askedWait({ kind, retryAfterMs, resetAt }: Failure, now: number): number | undefined {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return kind === 'rate_limit' && resetAt !== undefined ? resetAt - now : undefined;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 100) / 10} s`;
}

function checkOptions(options: RetryOptions): Settings {
  expectFields('retry', options, FIELDS);
  const {
    rules = {},
    maxRetryAfter = 60_000,
    maxElapsed = 120_000,
    maxCircuitWait = 60_000,
    budget = {},
    tokensPerRetry = 50_000,
  } = options;
  expectNumber('retry.maxRetryAfter', maxRetryAfter);
  expectNumber('retry.maxElapsed', maxElapsed);
  expectNumber('retry.maxCircuitWait', maxCircuitWait);
  expectNumber('retry.tokensPerRetry', tokensPerRetry, 1);
  expectFields('retry.rules', rules, FAILURE_KINDS);
  for (const [kind, rule] of Object.entries(rules)) checkRule(`retry.rules.${kind}`, rule);
  if (budget !== false) {
    expectFields('retry.budget', budget, ['ratio', 'reserve', 'windowMs']);
    expectNumber('retry.budget.ratio', budget.ratio, 0, 1);
    expectNumber('retry.budget.reserve', budget.reserve);
    expectNumber('retry.budget.windowMs', budget.windowMs, 1);
  }
  return {
    rules: { ...RETRY_RULES, ...rules },
    maxRetryAfter,
    maxElapsed,
    maxCircuitWait,
    budget,
    tokensPerRetry,
  };
}

function checkRule(name: string, rule: RetryRule): void {
  expectFields(name, rule, ['delays', 'jitter', 'limit']);
  if (!Array.isArray(rule.delays)) throw wrong(`${name}.delays`, 'an array of milliseconds', rule.delays);
  for (const delay of rule.delays) expectNumber(`${name}.delays`, delay);
  if (![undefined, 'none', 'full'].includes(rule.jitter))
    throw wrong(`${name}.jitter`, "'none' or 'full'", rule.jitter);
  expectNumber(`${name}.limit.retries`, rule.limit?.retries);
  expectNumber(`${name}.limit.withinMs`, rule.limit?.withinMs);
}
