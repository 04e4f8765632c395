/** The policy that stops sending to a model and path that keeps failing. */

import { Circuit, type CircuitOutcome, type CircuitSettings } from './circuit.ts';
import { circuitKey, circuitLine } from './circuit-line.ts';
import { expectFields, expectNumber } from './expect.ts';
import { type Failure, type FailureKind, readFailure, thrownFailure } from './failure.ts';
import { rejection } from './local-response.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type Passing, type PolicyOptions } from './policy.ts';
import { sharedState } from './state.ts';

/** Options of `circuitBreaker`. */
export interface CircuitBreakerOptions extends PolicyOptions {
  /** The share of failed attempts above which the circuit opens, from 0 to 1. @default 0.5 */
  readonly threshold?: number;
  /** How many of the last attempts count. @default 20 */
  readonly size?: number;
  /** How many attempts there must be before the circuit can open. @default 10 */
  readonly minimum?: number;
  /** Milliseconds without an attempt after which the earlier ones no longer count. @default 60000 */
  readonly windowMs?: number;
  /** Milliseconds that the circuit stays open the first time; twice as long after each failed probe. @default 5000 */
  readonly openMs?: number;
  /** The most milliseconds that the circuit stays open. @default 15000 */
  readonly maxOpenMs?: number;
}

const DEFAULTS: CircuitSettings = {
  threshold: 0.5,
  size: 20,
  minimum: 10,
  windowMs: 60_000,
  openMs: 5_000,
  maxOpenMs: 15_000,
};

/** Failures that indicate the health of the API. The caller's own 4xx, and rate limits, do not. */
const UNHEALTHY: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'overloaded',
  'server_error',
  'gateway_timeout',
  'timeout',
  'connection',
]);

/** A circuit, and the failure that opened it. */
export interface KnownCircuit {
  readonly circuit: Circuit;
  readonly path: string;
  readonly model: string | undefined;
  failure?: Failure | undefined;
}

/** The kind of the shared state that the circuits are kept under. */
export const CIRCUITS = 'circuit';

/**
 * Opens a circuit for a key, path and model when too many of its last attempts failed because of the API or the network: overloads, 5xx,
 * timeouts and connection errors. Calls then fail without a request, with the status of the last failure and the `errorCode`
 * `circuit_rejected`. After a while, one call at a time is sent as a probe. The first successful probe closes the circuit. With `retry`, calls
 * wait for this: see its `maxCircuitWait`.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ middleware: [circuitBreaker({ openMs: 10_000 })] });
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Middleware {
  const settings = checkOptions(options);
  return createPolicy('circuitBreaker', options, async (passing) => {
    const { facts, clock, call, next, request, decide } = passing;
    const known = sharedState<KnownCircuit>(clock, CIRCUITS, circuitKey(facts), () => ({
      circuit: new Circuit(settings),
      path: facts.path,
      model: facts.model,
    }));
    const passage = known.circuit.enter(clock.now());
    if (!passage) return reject(known, passing);
    const line = circuitLine(clock, facts);
    if (passage.probe) {
      line.pauseUntil(Number.POSITIVE_INFINITY);
      decide('circuit_probe', 'One call is sent through the open circuit as a probe.');
    }
    const end = (outcome: CircuitOutcome, failure?: Failure): void => {
      if (failure) known.failure = failure;
      const phase = passage.end(outcome, clock.now());
      if (phase || passage.probe) line.pauseUntil(phase === 'open' ? known.circuit.probeAt : clock.now());
      if (phase === 'open') {
        const seconds = Math.ceil((known.circuit.probeAt - clock.now()) / 1000);
        decide('circuit_opened', `Calls fail without a request. A probe follows in ${seconds} s.`, {
          failure,
        });
      }
      if (phase === 'closed') decide('circuit_closed', 'A probe succeeded. Calls are sent again.');
    };
    let response: Response;
    try {
      response = await next(request);
    } catch (error) {
      const failure = call.ended ? undefined : thrownFailure(error);
      end(failure ? 'failure' : 'neutral', failure);
      throw error;
    }
    if (response.ok) {
      end('success');
      return response;
    }
    const { failure, response: readable } = await readFailure(response, clock.now());
    if (!failure.local && UNHEALTHY.has(failure.kind)) end('failure', failure);
    else end('neutral');
    return readable;
  });
}

function reject({ circuit, failure }: KnownCircuit, { clock, decide }: Passing): Response {
  const waitMs = Math.max(0, circuit.probeAt - clock.now());
  const message = `The circuit breaker is open (${failure?.errorType ?? 'api_error'}), so this call was not sent.`;
  decide('circuit_rejected', message, { failure, waitMs });
  const status = failure?.status ?? 503;
  const type = failure?.status === undefined ? 'api_error' : failure.errorType;
  return rejection({ decision: 'circuit_rejected', status, type, message, retryAfterMs: waitMs });
}

function checkOptions(options: CircuitBreakerOptions): CircuitSettings {
  const { onDecision: _, clock: __, ...given } = options;
  expectFields('circuitBreaker', given, Object.keys(DEFAULTS));
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  const settings: CircuitSettings = { ...DEFAULTS, ...Object.fromEntries(defined) };
  expectNumber('circuitBreaker.threshold', settings.threshold, 0.01, 0.99);
  expectNumber('circuitBreaker.size', settings.size, 1);
  expectNumber('circuitBreaker.minimum', settings.minimum, 1, settings.size);
  for (const name of ['windowMs', 'openMs', 'maxOpenMs'] as const) {
    expectNumber(`circuitBreaker.${name}`, settings[name], 1);
  }
  return settings;
}
