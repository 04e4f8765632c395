/** What panels must show of calls in progress. */
import { type Groups, group } from '../support/sums.ts';
import type { Now } from './now.ts';

export function openCalls(all: Now): void {
  const oldest = (since: readonly number[]): Groups =>
    since.length > 0 ? { '': all.age(Math.min(...since)) } : {};
  const { open } = all;
  const silent = open.filter(({ phase }) => phase !== 'streaming');
  const oldestBy = (key: (call: (typeof open)[number]) => string, calls = open): Groups =>
    Object.fromEntries(
      // The last entry of a key counts.
      calls.toSorted((a, b) => b.since - a.since).map((call) => [key(call), all.age(call.since)]),
    );
  all.now('triage: Longest wait', 'A', oldest(silent.map(({ since }) => since)));
  all.now(
    'triage: Oldest open call, by what it waits for',
    'A',
    oldestBy(({ phase }) => phase),
    'anthropic_call_phase',
  );
  all.now(
    'latency: Oldest open call, by model and phase',
    'A',
    oldestBy(({ phase, model }) => `${phase} ${model}`),
    'anthropic_call_phase',
    'gen_ai_request_model',
  );
  all.now(
    'triage: Services (last 5 minutes)',
    'E',
    oldestBy(({ pod }) => `${pod.cluster} ${pod.job}`, silent),
    'cluster',
    'job',
  );
  const inProgress = (key: (call: (typeof open)[number]) => string) =>
    group(open.map((call) => [[key(call)], 1]));
  all.now(
    'triage: Calls in progress, by service',
    'A',
    inProgress(({ pod }) => `${pod.job} (${pod.cluster}/shop)`),
    'service',
  );
  all.now(
    'latency: Calls in progress, by model',
    'A',
    inProgress(({ model }) => model),
    'gen_ai_request_model',
  );
  all.now(
    'telemetry: Processes',
    'C',
    inProgress(({ pod }) => `${pod.cluster} ${pod.instance}`),
    'cluster',
    'instance',
  );
}
