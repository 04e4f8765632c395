/** What the triage dashboard must show of calls. */
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import { costOf } from '../support/bills.ts';
import type { Ledger } from '../support/ledger.ts';
import {
  any,
  between,
  counted,
  exhausted,
  failed,
  failedCall,
  type Groups,
  isOk,
  type Label,
  type OfCall,
  ofLast5Minutes,
  quotient,
} from '../support/sums.ts';
import type { Summed } from './collected.ts';

const BUDGET = DEFAULT_CONFIG.spend.dailyBudgetUsd;
const OBJECTIVE = DEFAULT_CONFIG.errorBudget.objective;

export function triage(all: Summed, { interval, end }: Pick<Ledger, 'interval' | 'end'>): void {
  const { calls } = all;
  const model = 'gen_ai_request_model';
  const rate = all.sums.total(failedCall) / all.sums.total(counted);
  const [surely, maybe] = ofLast5Minutes(calls, { interval, end });
  const recent = (amount: OfCall, ...by: Label[]): Groups =>
    between(surely.ofCalls(amount, ...by), maybe.ofCalls(amount, ...by));
  const recentRate = (...by: Label[]): Groups => {
    const [least, most] = [surely.ofCalls(failedCall, ...by), maybe.ofCalls(failedCall, ...by)];
    const [few, many] = [surely.ofCalls(counted, ...by), maybe.ofCalls(counted, ...by)];
    return Object.fromEntries(
      Object.entries(many).map(([key, made]) => [
        key,
        [(least[key] ?? 0) / made, Math.min(1, (most[key] ?? 0) / (few[key] ?? 0))] as const,
      ]),
    );
  };
  const service = ['cluster', 'job'] as const;
  const services = 'triage: Services (last 5 minutes)';
  all.add('now', services, 'B', recent(any, ...service), ...service);
  all.add('now', services, 'C', recentRate(...service), ...service);
  all.add(
    'now',
    services,
    'F',
    recent((call) => 12 * costOf(call), ...service),
    ...service,
  );
  all.add('now', 'triage: Error rate (5m)', 'A', recentRate());
  all.one('now', 'triage: Burn rate (1h)', 'A', rate / (1 - OBJECTIVE));
  all.one('now', 'triage: Spend / budget', 'A', (24 * all.sums.total(costOf)) / BUDGET);
  all.one('count', 'triage: Error budget left', 'A', 1 - rate / (1 - OBJECTIVE));
  all.count('triage: In the time range', 'A', any);
  all.count('triage: In the time range', 'B', failedCall);
  all.one('count', 'triage: In the time range', 'C', all.sums.tried.length / calls.length);
  all.tried('triage: Failed attempts, by who has to act', 'AB', failed, 'anthropic_error_fault');
  all.as(
    'quotient',
    'triage: Error rate after retries, by model',
    'A',
    model,
    quotient(all.sums.ofCalls(failedCall, model), all.sums.ofCalls(counted, model)),
  );
  all.count('triage: Calls, by outcome', 'AB', any, 'anthropic_outcome');
  all.tried('triage: Attempts, by status', 'AB', any, 'http_response_status_code');
  all.one(
    'quotient',
    'triage: Retry amplification: attempts per call',
    'A',
    all.sums.tried.length / calls.length,
  );
  all.count('triage: Calls that ran out of retries, by error type', 'AB', exhausted, 'error_type');
  all.tried('triage: Responses 401, by path', 'AB', ({ status }) => status === '401', 'http_route');
  all.count('triage: How responses ended: stop reasons', 'AB', isOk, 'anthropic_stop_reason');
  const fallback = [
    'anthropic_fallback_from_model',
    'anthropic_fallback_to_model',
    'anthropic_fallback_cause',
  ] as const;
  all.count(
    'triage: Calls that another model served',
    'AB',
    ({ servedBy }) => servedBy === 'fallback',
    ...fallback,
  );
  const failure = [
    'cluster',
    'job',
    'anthropic_error_fault',
    'error_type',
    'http_response_status_code',
    model,
    'anthropic_method',
    'anthropic_attempt_disposition',
  ] as const;
  for (const uid of ['triage', 'errors'])
    all.tried(`${uid}: What failed in the time range`, 'A', failed, ...failure);
}
