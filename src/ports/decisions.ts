/** How the policies of `src/resilience` and telemetry find each other in the process. Neither loads the other. */
import type { Decision } from '../model/decision.ts';
import { getProcessWide, processWide, setProcessWide } from './process-wide.ts';

/** Receives decisions. What it throws is ignored: a report never fails a call. */
export type OnDecision = (decision: Decision) => void;

const LISTENERS = Symbol.for('anthropic-otel.resilience.listeners');

/** Listeners of all copies of this package in the process. */
function listeners(): Set<OnDecision> {
  return processWide(LISTENERS, () => new Set<OnDecision>());
}

/** Calls `listener` for every decision in the process. The result ends that. */
export function subscribeToDecisions(listener: OnDecision): () => void {
  listeners().add(listener);
  return () => listeners().delete(listener);
}

/** Reports `decision` to `onDecision` and to every subscriber of the process. */
export function report(decision: Decision, onDecision: OnDecision | undefined): void {
  for (const listener of [onDecision, ...listeners()]) {
    try {
      listener?.(decision);
    } catch {
      // The listener's own problem: the call goes on.
    }
  }
}

/** A circuit of the circuit breaker. */
export interface CircuitState {
  readonly path: string;
  readonly model: string | undefined;
  readonly open: boolean;
}

/** The queues in which calls wait. */
export type QueueName = 'throttle' | 'concurrency' | 'circuit';

/** A queue of calls that wait. */
export interface QueueState {
  readonly queue: QueueName;
  readonly size: number;
  /** How long the one has waited that waits longest, in seconds. */
  readonly age: number;
}

/** The deferred requests of a queue, as its store stated them last. */
export interface DeferredState {
  readonly queue: string;
  readonly backlog: number;
  /** How long ago the oldest one without a result was deferred, in seconds. */
  readonly age: number;
  readonly deadLetters: number;
}

/** What the policies of the process know at the moment. */
export interface ResilienceState {
  readonly circuits: readonly CircuitState[];
  /** The retries that are left; absent without a budget. */
  readonly retryBudget: number | undefined;
  readonly queues: readonly QueueState[];
  /** Without the queues whose stores have stated nothing yet. */
  readonly deferred: readonly DeferredState[];
}

const STATE = Symbol.for('anthropic-otel.resilience.read-state');

/** Makes `read` the source of the state of the process. */
export function publishState(read: () => ResilienceState): void {
  if (getProcessWide(STATE) === undefined) setProcessWide(STATE, read);
}

/** The state of the policies, or `undefined` where none is in use. */
export function readState(): ResilienceState | undefined {
  return (getProcessWide(STATE) as (() => ResilienceState) | undefined)?.();
}
