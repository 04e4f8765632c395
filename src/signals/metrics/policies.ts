/** Reports the state of the process's policies when metrics are collected. */
import type { Attributes } from '@opentelemetry/api';
import { clean, MAX_LABEL } from '../../model/text.ts';
import { readState } from '../../ports/decisions.ts';
import type { Instruments } from '../instruments.ts';
import { ATTR } from '../names.ts';
import type { LabelValues } from './label-values.ts';

/** Reports the state of the process's policies, if there are any. */
export function observePolicies(instruments: Instruments, values: LabelValues): void {
  instruments.circuitOpen.addCallback((result) => {
    const open = new Map<string, { attributes: Attributes; value: number }>();
    for (const circuit of readState()?.circuits ?? []) {
      const route = values.bounded(ATTR.httpRoute, clean(circuit.path, MAX_LABEL));
      const model = circuit.model && values.bounded(ATTR.requestModel, clean(circuit.model, MAX_LABEL));
      const key = `${route} ${model}`;
      const attributes = { [ATTR.httpRoute]: route, ...(model && { [ATTR.requestModel]: model }) };
      // If there are several keys, one open circuit is enough.
      const value = Math.max(open.get(key)?.value ?? 0, circuit.open ? 1 : 0);
      open.set(key, { attributes, value });
    }
    for (const { attributes, value } of open.values()) result.observe(value, attributes);
  });
  instruments.retryBudget.addCallback((result) => {
    const left = readState()?.retryBudget;
    if (left !== undefined) result.observe(left);
  });
  instruments.queueSize.addCallback((result) => {
    for (const { queue, size } of readState()?.queues ?? []) result.observe(size, { [ATTR.queue]: queue });
  });
  instruments.queueAge.addCallback((result) => {
    for (const { queue, age } of readState()?.queues ?? []) result.observe(age, { [ATTR.queue]: queue });
  });
  for (const [gauge, key, combine] of [
    [instruments.deferredBacklog, 'backlog', sum],
    [instruments.deferredAge, 'age', Math.max],
    [instruments.deadLetters, 'deadLetters', sum],
  ] as const) {
    gauge.addCallback((result) => {
      const byQueue = new Map<string, number>();
      for (const deferred of readState()?.deferred ?? []) {
        const queue = values.bounded(ATTR.queue, clean(deferred.queue, MAX_LABEL));
        byQueue.set(queue, combine(byQueue.get(queue) ?? 0, deferred[key]));
      }
      for (const [queue, value] of byQueue) result.observe(value, { [ATTR.queue]: queue });
    });
  }
}

function sum(one: number, other: number): number {
  return one + other;
}
