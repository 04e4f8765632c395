/** What the policies of `anthropic-otel/resilience` do in the made-up fleet. */
import type { DecisionName } from '../../../src/model/decision.ts';
import { ATTR } from '../../../src/signals/names.ts';
import type { Mix } from './fleet.ts';
import type { Process, SampleStore } from './store.ts';

const ROUTE = '/v1/messages';

/** What the policies of a process decide about the calls of one minute, of which `mix` fail, and what waits in it then. */
export function policies(store: SampleStore, process: Process, model: string, calls: number, mix: Mix): void {
  const failing = Object.values(mix).reduce((sum, share) => sum + share, 0);
  const overloaded = (mix['overloaded_error'] ?? 0) + (mix['api_error'] ?? 0);
  const limited = mix['rate_limit_error'] ?? 0;
  const open = overloaded > 0.5;
  const shares: Partial<Record<DecisionName, number>> = {
    retry: open ? 0 : failing,
    retries_exhausted: open ? 0 : failing ** 3,
    circuit_rejected: open ? overloaded : 0,
    circuit_probe: open ? 0.02 : 0,
    fallback: open ? overloaded * 0.9 : 0,
    fallback_served: open ? overloaded * 0.88 : 0,
    throttled: limited > 0.1 ? limited : 0,
  };
  for (const [name, share] of Object.entries(shares)) {
    const count = store.whole(`${process.instance} ${model} ${name}`, calls * share);
    const labels = { [ATTR.decision]: name, [ATTR.requestModel]: model };
    if (count > 0) store.add('resilienceDecisions', process, labels, count);
  }
  store.set('circuitOpen', process, { [ATTR.httpRoute]: ROUTE, [ATTR.requestModel]: model }, open ? 1 : 0);
  store.set('retryBudget', process, {}, Math.max(0, 10 - 20 * failing));
  for (const [queue, share] of [
    ['throttle', limited > 0.1 ? limited : 0],
    ['concurrency', 0],
    ['circuit', open ? overloaded : 0],
  ] as const) {
    store.set('queueSize', process, { [ATTR.queue]: queue }, Math.round(calls * share * 0.2));
    store.set('queueAge', process, { [ATTR.queue]: queue }, Math.round(30 * share));
  }
}

/** A queue of deferred requests, whose batches return results every hour. */
export function deferred(store: SampleStore, process: Process, ago: number): void {
  const labels = { [ATTR.queue]: 'reports' };
  const sinceBatch = 3600 - (ago % 3600);
  store.add('resilienceDecisions', process, { [ATTR.decision]: 'deferred' }, 2);
  store.set('deferredBacklog', process, labels, Math.round(sinceBatch / 30));
  store.set('deferredAge', process, labels, sinceBatch);
  store.set('deadLetters', process, labels, ago < 90 * 60 ? 3 : 0);
}
