/** Errors: how many? */
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import type { Queries } from '../lib/queries.ts';
import { ONLY, rangeErrorRate } from '../lib/signals.ts';
import { above, errorRateSteps, NO_DATA, WARN } from '../lib/style.ts';

export function counts(q: Queries): SizedPanel[] {
  const count = (title: string, description: string, expr: string, alert: string) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr: q.orZero(expr), legend: title, instant: true }],
      noValue: NO_DATA.telemetry,
      thresholds: above(1, WARN),
      links: [runbook(q.config, alert)],
      width: 4,
    });
  return [
    stat({
      title: 'Error rate in the time range',
      description: 'The share of calls that failed after all retries. Canceled calls do not count.',
      unit: 'percentunit',
      decimals: 2,
      queries: [{ expr: rangeErrorRate(q), legend: 'error rate', instant: true }],
      noValue: NO_DATA.traffic,
      thresholds: errorRateSteps(q.config),
      links: [runbook(q.config, 'AnthropicHighErrorRate')],
      width: 4,
    }),
    count(
      'Failed calls',
      'Calls that failed after all retries.',
      q.total('calls', [], ONLY.failedCalls),
      'AnthropicErrorBudgetBurning',
    ),
    count(
      'Out of retries',
      'Calls whose last allowed attempt failed with a retryable error.',
      q.total('retriesExhausted', []),
      'AnthropicRetriesExhausted',
    ),
    count(
      'Failed attempts',
      'All failed attempts, retried or not.',
      q.total('attempts', [], ONLY.failed),
      'AnthropicRetriesElevated',
    ),
    count(
      'Retried attempts',
      'Failed attempts that were tried again. The user only waited longer.',
      q.total('attempts', [], ONLY.retried),
      'AnthropicRetriesElevated',
    ),
    count(
      'Interrupted streams',
      'Streams that began with status 200 and then broke off. The SDK does not retry them.',
      q.total('attempts', [], ONLY.interrupted),
      'AnthropicHighErrorRate',
    ),
  ];
}
