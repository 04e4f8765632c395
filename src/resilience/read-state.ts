/** Lets telemetry read what the policies of the process know. */
import {
  type CircuitState,
  type DeferredState,
  publishState,
  type QueueName,
  type QueueState,
} from '../ports/decisions.ts';
import { CIRCUITS, type KnownCircuit } from './circuit-breaker.ts';
import { CIRCUIT_LINES } from './circuit-line.ts';
import { systemClock } from './clock.ts';
import { SLOTS, type Slots } from './concurrency.ts';
import { DEFERRED, type KnownDeferred } from './defer.ts';
import type { Pace } from './pace.ts';
import { BUDGETS } from './retry.ts';
import type { RetryBudget } from './retry-budget.ts';
import { allShared } from './state.ts';
import { PACES } from './throttle.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Publishes the state of all policies that use the machine's clock. */
export function publishPolicies(): void {
  publishState(() => ({
    circuits: circuits(),
    retryBudget: allShared<RetryBudget>(systemClock, BUDGETS).get('')?.balance(systemClock.now()),
    queues: [
      ...queueState('throttle', [...allShared<Pace>(systemClock, PACES).values()]),
      ...queueState('circuit', [...allShared<Pace>(systemClock, CIRCUIT_LINES).values()]),
      ...queueState('concurrency', [...allShared<Slots>(systemClock, SLOTS).values()]),
    ],
    deferred: deferred(),
  }));
}

function circuits(): CircuitState[] {
  return [...allShared<KnownCircuit>(systemClock, CIRCUITS).values()].map(({ path, model, circuit }) => ({
    path,
    model,
    open: circuit.phase !== 'closed',
  }));
}

/** All queues of one policy as one. */
function queueState(queue: QueueName, all: readonly { readonly queue: TurnQueue }[]): QueueState[] {
  if (all.length === 0) return [];
  const size = all.reduce((sum, each) => sum + each.queue.size, 0);
  const since = Math.min(...all.map((each) => each.queue.oldest ?? Number.POSITIVE_INFINITY));
  const age = Number.isFinite(since) ? Math.max(0, systemClock.now() - since) / 1000 : 0;
  return [{ queue, size, age }];
}

function deferred(): DeferredState[] {
  const now = systemClock.now();
  return [...allShared<KnownDeferred>(systemClock, DEFERRED)].flatMap(([queue, { stats }]) => {
    if (!stats) return [];
    const { backlog, deadLetters, oldestAt = now } = stats;
    return [{ queue, backlog, deadLetters, age: Math.max(0, now - oldestAt) / 1000 }];
  });
}
