/** Errors: which, from whom, on what, and what the retries made of them. */

import { FAULTS } from '../../model/errors.ts';
import { ATTR } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { dashboard } from './dashboard.ts';
import * as retries from './errors-retries.ts';
import { failedBy } from './failed-by.ts';
import { failureTable } from './failure-table.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph, stat } from './panels.ts';
import { LABEL, matching, orZero, perBar, total } from './queries.ts';
import { ERROR_TYPES, ONLY, RANGE_ERROR_RATE, STATUSES, TROUBLE } from './signals.ts';
import { above, NO_DATA, runbook } from './style.ts';

export function errors(): string {
  return dashboard({
    uid: 'anthropic-errors',
    title: 'Claude: errors',
    description:
      'Every failed attempt and call: by type, status, model, path and method, and what the retries made of it.',
    from: 'now-3h',
    refresh: '1m',
    sections: [
      { lines: [counts(), [trouble(), byType()], [failureTable(24)]] },
      {
        title: 'Who meets them?',
        lines: [
          [byStatus(), byModel(), byMethod()],
          [byFault(), byPath(), byProvider()],
        ],
      },
      {
        title: 'What do the retries make of them?',
        lines: [
          [retries.retriedOrFinal(), retries.exhausted(), retries.amplified()],
          [retries.delay(), retries.waiting(), retries.interrupted()],
        ],
      },
    ],
  });
}

function counts(): SizedPanel[] {
  const count = (title: string, description: string, expr: string, alert: string) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr: orZero(expr), legend: title, instant: true }],
      noValue: NO_DATA.telemetry,
      thresholds: above(1, 'orange'),
      links: [runbook(alert)],
      width: 4,
    });
  return [
    stat({
      title: 'Error rate in the time range',
      description: 'Share of the calls that failed after all retries, of those that ended ok or in an error.',
      unit: 'percentunit',
      decimals: 2,
      queries: [{ expr: RANGE_ERROR_RATE, legend: 'error rate', instant: true }],
      noValue: NO_DATA.traffic,
      thresholds: above(DEFAULT_CONFIG.errorRate.ratio),
      links: [runbook('AnthropicHighErrorRate')],
      width: 4,
    }),
    count(
      'Failed calls',
      'Calls that failed after all retries.',
      total('calls', [], ONLY.failedCalls),
      'AnthropicErrorBudgetBurningFast',
    ),
    count(
      'Out of retries',
      'Calls whose last allowed attempt failed with a retryable error.',
      total('retriesExhausted', []),
      'AnthropicRetriesExhausted',
    ),
    count(
      'Failed attempts',
      'All of them, retried or not.',
      total('attempts', [], ONLY.failed),
      'AnthropicRetriesElevated',
    ),
    count(
      'Retried attempts',
      'Failed attempts that the SDK tried again: the user only waited.',
      total('attempts', [], ONLY.retried),
      'AnthropicRetriesElevated',
    ),
    count(
      'Interrupted streams',
      'Streams that began with status 200 and broke. The SDK does not retry them.',
      total('attempts', [], ONLY.interrupted),
      'AnthropicRetriesElevated',
    ),
  ];
}

function trouble(): SizedPanel {
  return graph({
    title: '429, 529, 5xx, timeouts: which kind of trouble?',
    description:
      'Failed attempts of the kinds that a retry can fix. 429 is ours to slow down, 529 and 5xx are theirs, ' +
      'timeouts and connections lie between.',
    unit: 'locale',
    queries: Object.entries(TROUBLE).map(([legend, types]) => ({
      expr: orZero(perBar('attempts', [], { [ATTR.errorType]: matching(types) })),
      legend,
    })),
    noValue: NO_DATA.telemetry,
    colored: Object.keys(TROUBLE),
    links: [runbook('AnthropicRetriesElevated'), runbook('AnthropicRateLimitPressure')],
    width: 12,
  });
}

function byType(): SizedPanel {
  return failedBy(
    'Failed attempts, by error type',
    'The type in the error envelope of the API, or the word of the SDK where there was no answer.',
    LABEL.errorType,
    { colored: ERROR_TYPES, width: 12 },
  );
}

function byStatus(): SizedPanel {
  return failedBy('By status', 'A failure with status 200 is a stream that broke.', LABEL.httpStatus, {
    colored: STATUSES,
    missing: 'no answer',
  });
}

function byModel(): SizedPanel {
  return failedBy('By model', 'The model that was asked for.', LABEL.requestModel, { missing: 'no model' });
}

function byMethod(): SizedPanel {
  return failedBy('By method of the SDK', 'Which of our calls fail.', LABEL.method);
}

function byFault(): SizedPanel {
  return failedBy('By who has to act', 'Who has to act: see the triage dashboard.', LABEL.fault, {
    colored: FAULTS,
  });
}

function byPath(): SizedPanel {
  return graph({
    title: 'By path: runs of 5xx and answers 401',
    description:
      'Runs of two or more consecutive server errors (529 apart), and refused keys, by path of the API.',
    unit: 'locale',
    queries: [
      { expr: `${perBar('serverErrorStreaks', [LABEL.httpRoute])} > 0`, legend: '5xx run: {{http_route}}' },
      { expr: `${perBar('authenticationFailures', [LABEL.httpRoute])} > 0`, legend: '401: {{http_route}}' },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook('AnthropicConsecutiveServerErrors')],
  });
}

function byProvider(): SizedPanel {
  return graph({
    title: 'Failed calls, by provider and stream',
    description: 'Platform that serves the model, and whether the answer came as a stream.',
    unit: 'locale',
    queries: [
      {
        expr: perBar('calls', [LABEL.provider, LABEL.stream], ONLY.failedCalls),
        legend: `{{${LABEL.provider}}}, stream {{${LABEL.stream}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
  });
}
