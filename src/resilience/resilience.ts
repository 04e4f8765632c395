/** Combines the policies in their order. */
import { type AttemptTimeoutOptions, attemptTimeout } from './attempt-timeout.ts';
import { type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts';
import { type ConcurrencyOptions, concurrency } from './concurrency.ts';
import { deadline } from './deadline.ts';
import { expectFields, expectFunction, wrong } from './expect.ts';
import { type FailFastOptions, failFast } from './fail-fast.ts';
import { type FallbackOptions, fallback } from './fallback.ts';
import type { Middleware } from './middleware.ts';
import { hasRun, POLICY_ORDER, type PolicyName, type PolicyOptions, policyOf } from './policy.ts';
import { type RetryOptions, retry } from './retry.ts';
import { type SizeGuardOptions, sizeGuard } from './size-guard.ts';
import { type StaleWhileDownOptions, staleWhileDown } from './stale-while-down.ts';
import { type ThrottleOptions, throttle } from './throttle.ts';
import { warnOnce } from './warn-once.ts';

/** Settings of one policy, or `false` to turn it off. */
type Setting<Options> = Omit<Options, keyof PolicyOptions> | false;

/** Options of `resilience`. */
export interface ResilienceOptions extends PolicyOptions {
  /** Milliseconds from the start of a call to its response, including all attempts and waits. @default none */
  readonly deadline?: number | undefined;
  readonly sizeGuard?: Setting<SizeGuardOptions>;
  /** Where to keep responses that are returned while the API fails. @default nowhere */
  readonly staleWhileDown?: Setting<StaleWhileDownOptions> | undefined;
  /** Where to send a call that fails. @default nowhere */
  readonly fallback?: Setting<FallbackOptions> | undefined;
  readonly failFast?: Setting<FailFastOptions>;
  readonly retry?: Setting<RetryOptions>;
  readonly throttle?: Setting<ThrottleOptions>;
  /** How many calls of a key and model class may be in progress. @default any number */
  readonly concurrency?: Setting<ConcurrencyOptions> | undefined;
  readonly circuitBreaker?: Setting<CircuitBreakerOptions>;
  readonly attemptTimeout?: Setting<AttemptTimeoutOptions>;
}

/** The policies that are on unless they are turned off. */
const DEFAULT_POLICIES = { sizeGuard, failFast, retry, throttle, circuitBreaker, attemptTimeout } as const;
const POLICIES = { ...DEFAULT_POLICIES, fallback, concurrency, staleWhileDown } as const;

const FIELDS = ['onDecision', 'clock', 'deadline', ...Object.keys(POLICIES)];

/**
 * Returns the middleware of all policies, in their order: see `POLICY_ORDER`. Pass it to a client's `middleware` option, together with
 * `maxRetries: 0`; `withResilience` does both. Your own middleware can come before it (and sees each call
 * once) or after it (and sees every attempt).
 *
 * @param options settings of the policies; `false` turns one off
 * @throws TypeError for a wrong option
 *
 * @example
 * const client = new Anthropic({
 *   maxRetries: 0,
 *   middleware: resilience({ deadline: 60_000, onDecision: ({ name, message }) => console.warn(name, message) }),
 * });
 */
export function resilience(options: ResilienceOptions = {}): Middleware[] {
  expectFields('resilience', options, FIELDS);
  expectFunction('resilience.onDecision', options.onDecision);
  const { onDecision, clock } = options;
  const common = { ...(onDecision && { onDecision }), ...(clock && { clock }) };
  const made = new Map<PolicyName, Middleware>();
  if (options.deadline !== undefined) made.set('deadline', deadline({ ...common, ms: options.deadline }));
  for (const name of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
    const setting = options[name] ?? (name in DEFAULT_POLICIES ? {} : false);
    if (setting === false) continue;
    if (typeof setting !== 'object')
      throw wrong(`resilience.${name}`, 'an object of options, or false', setting);
    const create = POLICIES[name] as unknown as (options: PolicyOptions) => Middleware;
    made.set(name, create({ ...setting, ...common }));
  }
  return POLICY_ORDER.flatMap((name) => made.get(name) ?? []);
}

/** The client options that `withResilience` reads. */
interface ClientOptions {
  readonly maxRetries?: number | undefined;
  readonly middleware?: readonly unknown[] | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Returns client options with the policies before the client's own middleware, and without the SDK's retries.
 *
 * With an SDK without middleware (before 0.101.0), every call fails with an error that states this. Its `cause` is a `TypeError`.
 *
 * @param clientOptions the client options, as the SDK takes them
 * @param options settings of the policies
 * @throws TypeError for a wrong option, for `maxRetries` above 0, and if the middleware already has policies
 *
 * @example
 * const client = new Anthropic(withTelemetry(withResilience({ apiKey }, { deadline: 60_000 })));
 */
export function withResilience<Given extends object>(
  clientOptions: Given,
  options: ResilienceOptions = {},
): Given & { maxRetries: 0; middleware: Middleware[] } {
  const { maxRetries = 0, middleware = [] } = clientOptions as ClientOptions;
  const retries = options.retry !== false;
  if (retries && maxRetries !== 0) {
    throw new TypeError(
      'anthropic-otel/resilience: `maxRetries` of the client must be 0 or absent, because the `retry` policy makes the retries. Set its rules with `retry: { rules }`, or turn it off with `retry: false`',
    );
  }
  const other = middleware.map(policyOf).find((name) => name !== undefined);
  if (other !== undefined) {
    throw new TypeError(
      `anthropic-otel/resilience: the client's middleware already has the policy \`${other}\`; use \`withResilience\` once, or \`middleware: resilience({ ... })\``,
    );
  }
  const policies = resilience(options);
  return {
    ...clientOptions,
    ...(retries ? { maxRetries: 0 } : {}),
    fetch: fetchBehind(policies, (clientOptions as ClientOptions).fetch),
    middleware: [...policies, ...middleware],
  } as Given & { maxRetries: 0; middleware: Middleware[] };
}

const NO_MIDDLEWARE =
  'The request was not sent, because the policies did not run. They need the `middleware` option of `@anthropic-ai/sdk` 0.101.0 or later. Update the SDK, or remove `withResilience`.';

/** `fetch` for an SDK that has run `policies`: one without middleware would send requests past them in silence. */
function fetchBehind(policies: readonly Middleware[], given: typeof fetch | undefined): typeof fetch {
  return async (...request) => {
    if (policies.length === 0 || policies.some(hasRun)) return (given ?? globalThis.fetch)(...request);
    warnOnce(NO_MIDDLEWARE);
    throw new TypeError(`anthropic-otel/resilience: ${NO_MIDDLEWARE}`);
  };
}
