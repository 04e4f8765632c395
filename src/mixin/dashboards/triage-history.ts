/** Triage: when it began, and what it was. */

import { FAULTS } from '../../model/errors.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph } from './panels.ts';
import { LABEL, metric, named, perBar, recent, shareBy } from './queries.ts';
import { amplification, ERROR_TYPES, ONLY, STATUSES } from './signals.ts';
import { line, NO_DATA, runbook } from './style.ts';

const { errorRate } = DEFAULT_CONFIG;
const NOW = errorRate.window;

export function failuresByFault(): SizedPanel {
  return graph({
    title: 'Failed attempts, by who has to act',
    description: 'Every attempt that failed, retried or not. The bars add up to the total in the legend.',
    unit: 'locale',
    queries: [{ expr: perBar('attempts', [LABEL.fault], ONLY.failed), legend: `{{${LABEL.fault}}}` }],
    noValue: NO_DATA.failures,
    style: 'bars',
    colored: FAULTS,
    width: 12,
  });
}

export function rateByModel(): SizedPanel {
  const by = [LABEL.requestModel];
  const failed = recent('calls', NOW, by, ONLY.failedCalls);
  return graph({
    title: `Error rate after retries, by model (${NOW})`,
    description: `What AnthropicHighErrorRate watches. The line is its threshold of ${errorRate.ratio * 100} %.`,
    unit: 'percentunit',
    queries: [
      {
        expr: named(
          shareBy(failed, recent('calls', NOW, by, ONLY.counted), by),
          LABEL.requestModel,
          'no model',
        ),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    thresholds: line(errorRate.ratio),
    thresholdLines: true,
    links: [runbook('AnthropicHighErrorRate')],
    width: 12,
  });
}

export function calls(): SizedPanel {
  return graph({
    title: 'Calls, by outcome',
    description: 'Calls of SDK methods when they end, after all retries. canceled: the application let go.',
    unit: 'locale',
    queries: [{ expr: perBar('calls', [LABEL.outcome]), legend: `{{${LABEL.outcome}}}` }],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: ['ok', 'error', 'canceled'],
  });
}

export function attempts(): SizedPanel {
  return graph({
    title: 'Attempts, by what came back',
    description: 'HTTP attempts by status. no answer: the connection failed, timed out or was let go.',
    unit: 'locale',
    queries: [
      {
        expr: named(perBar('attempts', [LABEL.httpStatus]), LABEL.httpStatus, 'no answer'),
        legend: `{{${LABEL.httpStatus}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: STATUSES,
  });
}

export function retries(): SizedPanel {
  return graph({
    title: 'Retry amplification: attempts per call',
    description: 'Above 1 we send more than we are asked for. It feeds rate limits and overload.',
    unit: 'short',
    decimals: 2,
    queries: [{ expr: amplification([]), legend: 'attempts per call' }],
    noValue: NO_DATA.traffic,
    min: 0,
  });
}

export function exhausted(): SizedPanel {
  return graph({
    title: 'Calls that ran out of retries, by error type',
    description: 'Their last allowed attempt failed with an error that a retry could have fixed.',
    unit: 'locale',
    queries: [
      { expr: `${perBar('retriesExhausted', [LABEL.errorType])} > 0`, legend: `{{${LABEL.errorType}}}` },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: ERROR_TYPES,
    links: [runbook('AnthropicRetriesExhausted')],
    width: 10,
  });
}

export function streaks(): SizedPanel {
  return graph({
    title: 'Consecutive 5xx answers, by path',
    description:
      'Line: the longest run of server errors as of then (529 apart). Bars: where a run of two or more began; runs that ' +
      'begin and end between two scrapes are counted too.',
    unit: 'locale',
    queries: [
      {
        expr: `max by (${LABEL.httpRoute}) (${metric('serverErrorStreak')})`,
        legend: `longest: {{${LABEL.httpRoute}}}`,
      },
      {
        expr: `${perBar('serverErrorStreaks', [LABEL.httpRoute])} > 0`,
        legend: `began: {{${LABEL.httpRoute}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    asBars: '/^began/',
    links: [runbook('AnthropicConsecutiveServerErrors')],
  });
}

export function refusals(): SizedPanel {
  return graph({
    title: 'Answers 401, by path',
    description: 'Any of them raises AnthropicAuthenticationFailed: keys do not fail by chance.',
    unit: 'locale',
    queries: [
      { expr: perBar('authenticationFailures', [LABEL.httpRoute]), legend: `{{${LABEL.httpRoute}}}` },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook('AnthropicAuthenticationFailed')],
  });
}

export function active(): SizedPanel {
  return graph({
    title: 'Calls in progress, by method',
    description: 'A hill that only grows is a leak, a hang, or an API that got slow.',
    unit: 'locale',
    queries: [{ expr: `sum by (${LABEL.method}) (${metric('activeCalls')})`, legend: `{{${LABEL.method}}}` }],
    noValue: NO_DATA.traffic,
    stacked: true,
  });
}
