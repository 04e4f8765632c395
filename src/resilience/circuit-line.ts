/** The line of the calls that an open circuit rejected: they wait for it to close, and cost no request. */
import type { Clock } from './clock.ts';
import { NOTHING, Pace } from './pace.ts';
import type { Passing } from './policy.ts';
import type { RequestFacts } from './request-facts.ts';
import { sharedState } from './state.ts';

/** The kind of the shared state that the lines are kept under. */
export const CIRCUIT_LINES = 'circuit-line';

/** How many calls wait for one circuit at most: each keeps its request in memory. */
const MAX_WAITING = 1_000;

/** What the circuit of a request is kept under: its key, path and model. */
export function circuitKey({ account, path, model }: RequestFacts): string {
  return `${account} ${path} ${model}`;
}

/** The line of a circuit. It lets one call go when a probe is due, and all of them at a rising pace once the circuit has closed. */
export function circuitLine(clock: Clock, facts: RequestFacts): Pace {
  return sharedState(clock, CIRCUIT_LINES, circuitKey(facts), () => new Pace(clock));
}

/**
 * Waits until the circuit that rejected a call may let it through.
 * @returns whether it may; `false` after `maxWaitMs`, or at once when too many wait
 * @throws an abort error when the call ends
 */
export async function waitForCircuit(
  { clock, facts, call, decide }: Passing,
  maxWaitMs: number,
): Promise<boolean> {
  const line = circuitLine(clock, facts);
  if (line.queue.size >= MAX_WAITING || maxWaitMs <= 0) return false;
  const since = clock.now();
  const end = await line.pass(NOTHING, { clock, tenant: '', maxWaitMs, signal: call.signal });
  call.throwIfEnded();
  const waitMs = clock.now() - since;
  if (end === 'timeout') {
    decide('queue_timeout', `The call waited ${waitMs} ms for the circuit to close, and was not sent.`, {
      waitMs,
    });
    return false;
  }
  decide('circuit_waited', `The call waited ${waitMs} ms for the circuit to close.`, { waitMs });
  return true;
}
