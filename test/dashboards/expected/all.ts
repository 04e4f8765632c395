/** Everything that the panels must show of a fleet. */
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import { type Fleet, RETIRES_IN } from '../support/fleet.ts';
import type { Ledger, Made } from '../support/ledger.ts';
import type { PodName } from '../support/pods.ts';
import { HAIKU } from '../support/records.ts';
import { type Groups, group } from '../support/sums.ts';
import { Collected, type Expectation, Summed } from './collected.ts';
import { cost } from './cost.ts';
import { durations } from './durations.ts';
import { errors } from './errors.ts';
import { limits } from './limits.ts';
import { Now } from './now.ts';
import { openCalls } from './open-calls.ts';
import { processes, series } from './processes.ts';
import { rateLimits } from './rate-limits.ts';
import { recentGauges } from './recent.ts';
import { rejectedKeysAndRuns } from './rejected-keys-and-runs.ts';
import { triage } from './triage.ts';

/** What `calls` come to; a bar that stands alone is `seconds` long. */
export function ofCalls(calls: readonly Made[], ledger: Ledger, seconds: number): Expectation[] {
  const all = new Summed(calls);
  triage(all, ledger);
  errors(all);
  rateLimits(all, seconds);
  cost(all, ledger, seconds);
  durations(all, seconds);
  return all.all;
}

/** What the chosen pods made and state at the end. */
export function ofPods(ledger: Ledger, labels: Partial<PodName>, seconds: number): Expectation[] {
  const isChosen = (of: PodName | Made) =>
    Object.entries(labels).every(([label, value]) => of[label as keyof PodName & keyof Made] === value);
  const calls = ledger.lives.flatMap((life) => life.calls.filter(isChosen));
  const all = new Now(ledger, isChosen);
  openCalls(all);
  recentGauges(all);
  rejectedKeysAndRuns(all);
  limits(all);
  processes(all, ledger.running);
  return [...ofCalls(calls, ledger, seconds), ...all.all];
}

/** What is there once. */
export function ofFleet({ pages, alerts }: Fleet): Expectation[] {
  const all = new Collected();
  const now = (panel: string, refId: string, groups: Groups, ...by: string[]) =>
    all.add('now', panel, refId, groups, ...by);
  const PAGES = ['HighErrorRate', 'ConsecutiveServerErrors', 'AuthenticationFailed', 'RetriesExhausted'];
  for (const [index, name] of PAGES.entries()) {
    const firing = alerts.filter(({ alertname }) => alertname === `Anthropic${name}`).length;
    now('triage: Pages', 'ABCD'.charAt(index), group([[[], firing]]));
  }
  const ofServices = alerts.flatMap(({ cluster, job }) =>
    cluster && job ? [[[cluster, job], 1] as const] : [],
  );
  now('triage: Services (last 5 minutes)', 'D', group(ofServices), 'cluster', 'job');
  now('triage: Error rate after retries, by model', 'B', { '': DEFAULT_CONFIG.errorRate.ratio });
  const days = { [HAIKU]: [RETIRES_IN - 1, RETIRES_IN + 1] as const };
  now('triage: Models in use that retire within a year', 'A', days, 'gen_ai_request_model');
  now('telemetry: Rules', 'A', { '': 1 });
  return [...all.all, ...series(pages)];
}

/** The results of batches that the application read. */
export function ofBatches({ batchResults }: Fleet): Expectation[] {
  const all = new Collected();
  const panel = 'cost: Requests of Message Batches, by result';
  all.add('count', panel, 'AB', group(batchResults), 'anthropic_batch_result');
  return all.all;
}
