/** Triage: when did it begin? */
import { FAULTS } from '../../../model/errors.ts';
import { graph } from '../lib/graph.ts';
import { runbook, toDashboard } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries, shareBy } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { amplification, ONLY, STATUSES } from '../lib/signals.ts';
import { NO_DATA } from '../lib/style.ts';

export function failuresByFault(q: Queries): SizedPanel {
  return graph({
    title: 'Failed attempts, by who has to act',
    description:
      'Every attempt that failed, retried or not. The legend has the exact total of the time range.',
    unit: 'locale',
    queries: [
      {
        expr: q.bars('attempts', [LABEL.fault], ONLY.failed),
        total: q.total('attempts', [LABEL.fault], ONLY.failed),
        legend: `{{${LABEL.fault}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
    colored: FAULTS,
    links: [toDashboard('anthropic-errors', 'Errors'), runbook(q.config)],
    width: 12,
  });
}

export function errorRateByModel(q: Queries): SizedPanel {
  const by = [LABEL.requestModel];
  return graph({
    title: 'Error rate after retries, by model',
    description: 'The ratio that AnthropicHighErrorRate watches. Set the threshold with the variable above.',
    unit: 'percentunit',
    queries: [
      {
        expr: orWord(
          shareBy(q.bars('calls', by, ONLY.failedCalls), q.bars('calls', by, ONLY.counted), by),
          LABEL.requestModel,
          'no model',
        ),
        legend: `{{${LABEL.requestModel}}}`,
      },
      { expr: 'vector($threshold)', legend: 'threshold' },
    ],
    noValue: NO_DATA.traffic,
    softMax: 0.1,
    colored: ['threshold'],
    links: [runbook(q.config, 'AnthropicHighErrorRate')],
    width: 12,
  });
}

export function calls(q: Queries): SizedPanel {
  return graph({
    title: 'Calls, by outcome',
    description: 'Ended calls of SDK methods, after all retries. canceled: the application aborted the call.',
    unit: 'locale',
    queries: [
      {
        expr: q.bars('calls', [LABEL.outcome]),
        total: q.total('calls', [LABEL.outcome]),
        legend: `{{${LABEL.outcome}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: ['ok', 'error', 'canceled'],
    links: [runbook(q.config)],
  });
}

export function attempts(q: Queries): SizedPanel {
  return graph({
    title: 'Attempts, by status',
    description: 'HTTP attempts by status. no response: the connection failed, timed out or was aborted.',
    unit: 'locale',
    queries: [
      {
        expr: orWord(q.bars('attempts', [LABEL.httpStatus]), LABEL.httpStatus, 'no response'),
        total: orWord(q.total('attempts', [LABEL.httpStatus]), LABEL.httpStatus, 'no response'),
        legend: `{{${LABEL.httpStatus}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: STATUSES,
    links: [runbook(q.config)],
  });
}

export function retries(q: Queries): SizedPanel {
  return graph({
    title: 'Retry amplification: attempts per call',
    description: 'Above 1, retries add load, which makes rate limiting and overload worse.',
    unit: 'short',
    decimals: 2,
    queries: [{ expr: amplification(q, []), legend: 'attempts per call' }],
    noValue: NO_DATA.traffic,
    softMax: 2,
    plain: true,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
  });
}
