/** Errors: where do they happen? */
import { FAULTS } from '../../../model/errors.ts';
import { graph } from '../lib/graph.ts';
import { runbook, toDashboard } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ONLY, STATUSES } from '../lib/signals.ts';
import { FAULT_COLORS, NO_DATA, PLAIN } from '../lib/style.ts';
import { failedBy } from './failed-by.ts';

export function byService(q: Queries): SizedPanel {
  return graph({
    title: 'Failed attempts, by service',
    description: 'The ten services with the most at each point.',
    unit: 'locale',
    queries: [
      {
        expr: q.named(`topk(10, ${q.bars('attempts', q.service, ONLY.failed)} > 0)`),
        total: q.named(`${q.total('attempts', q.service, ONLY.failed)} > 0`),
        legend: '{{service}}',
      },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
    links: [toDashboard('anthropic-triage', 'Triage'), runbook(q.config)],
    width: 12,
  });
}

export function byModel(q: Queries): SizedPanel {
  return failedBy(q, 'Failed attempts, by model', 'The model that was requested.', LABEL.requestModel, {
    missing: 'no model',
    width: 12,
  });
}

export function byStatus(q: Queries): SizedPanel {
  return failedBy(q, 'By status', 'A failure with status 200 is a stream that broke off.', LABEL.httpStatus, {
    colored: STATUSES,
    missing: 'no response',
  });
}

export function byMethod(q: Queries): SizedPanel {
  return failedBy(q, 'By method of the SDK', 'Which SDK methods fail.', LABEL.method, {
    coloredBy: { '/^messages.create$/': PLAIN },
  });
}

export function byFault(q: Queries): SizedPanel {
  return failedBy(q, 'By who has to act', 'As on the triage dashboard.', LABEL.fault, { colored: FAULTS });
}

export function byPath(q: Queries): SizedPanel {
  return graph({
    title: 'By path: runs of 5xx, and responses 401',
    description:
      'Runs of two or more consecutive server errors of one model (except 529), and rejected keys, by API path.',
    unit: 'locale',
    queries: (['serverErrorStreaks', 'authenticationFailures'] as const).map((key) => ({
      ...q.counted(key, [LABEL.httpRoute]),
      legend: `${key === 'serverErrorStreaks' ? '5xx run' : '401'}: {{${LABEL.httpRoute}}}`,
    })),
    noValue: NO_DATA.zero,
    style: 'bars',
    coloredBy: { '/^5xx/': FAULT_COLORS.anthropic, '/^401/': FAULT_COLORS.config },
    links: [runbook(q.config, 'AnthropicConsecutiveServerErrors')],
    width: 12,
  });
}

export function byProvider(q: Queries): SizedPanel {
  const by = [LABEL.provider, LABEL.stream];
  return graph({
    title: 'Failed calls, by provider and stream',
    description: 'The platform that serves the model, and whether the response came as a stream.',
    unit: 'locale',
    queries: [
      {
        expr: q.bars('calls', by, ONLY.failedCalls),
        total: q.total('calls', by, ONLY.failedCalls),
        legend: `{{${LABEL.provider}}}, stream {{${LABEL.stream}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
    coloredBy: { '/^anthropic, stream true$/': PLAIN, '/^anthropic, stream false$/': '#8ab4f8' },
    links: [runbook(q.config, 'AnthropicHighErrorRate')],
    width: 12,
  });
}
