/** Connects the policies of `src/resilience` and telemetry within the process. Neither loads the other. */
import type { Decision } from '../model/decision.ts';
import { getProcessWide, processWide, setProcessWide } from './process-wide.ts';

/** Receives decisions. Its errors are ignored, because a report never fails a call. */
export type OnDecision = (decision: Decision) => void;

const LISTENERS = Symbol.for('anthropic-otel.resilience.listeners');

/** The listeners of all copies of this package in the process. */
function listeners(): Set<OnDecision> {
  return processWide(LISTENERS, () => new Set<OnDecision>());
}

/** Calls `listener` for every decision in the process. Returns a function that unsubscribes it. */
export function subscribeToDecisions(listener: OnDecision): () => void {
  listeners().add(listener);
  return () => listeners().delete(listener);
}

/** Reports `decision` to `onDecision` and to all subscribers in the process. */
export function report(decision: Decision, onDecision: OnDecision | undefined): void {
  for (const listener of [onDecision, ...listeners()]) {
    try {
      listener?.(decision);
    } catch {
      // An error of the listener does not affect the call.
    }
  }
}

/** A circuit of the circuit breaker. */
export interface CircuitState {
  readonly path: string;
  readonly model: string | undefined;
  readonly open: boolean;
}

/** The queues in which calls can wait. */
export type QueueName = 'throttle' | 'concurrency' | 'circuit';

/** A queue of waiting calls. */
export interface QueueState {
  readonly queue: QueueName;
  readonly size: number;
  /** How long the first call in the queue has waited, in seconds. */
  readonly age: number;
}

/** The deferred requests of a queue, according to the last report of its store. */
export interface DeferredState {
  readonly queue: string;
  readonly backlog: number;
  /** The age of the oldest deferred request without a result, in seconds. */
  readonly age: number;
  readonly deadLetters: number;
}

/** The current state of the process's policies. */
export interface ResilienceState {
  readonly circuits: readonly CircuitState[];
  /** The remaining retries. Absent without a budget. */
  readonly retryBudget: number | undefined;
  readonly queues: readonly QueueState[];
  /** Excludes queues whose stores have reported nothing yet. */
  readonly deferred: readonly DeferredState[];
}

const STATE = Symbol.for('anthropic-otel.resilience.read-state');

/** Sets `read` as the source of the process's policy state. */
export function publishState(read: () => ResilienceState): void {
  if (getProcessWide(STATE) === undefined) setProcessWide(STATE, read);
}

/** The state of the policies, or `undefined` if none is in use. */
export function readState(): ResilienceState | undefined {
  return (getProcessWide(STATE) as (() => ResilienceState) | undefined)?.();
}
