/** The table of failed attempts, with the way to their log lines and traces. */
import { ATTR } from '../../signals/names.ts';
import type { SizedPanel } from './panel-options.ts';
import { LABEL, total } from './queries.ts';
import { ONLY } from './signals.ts';
import { explore, NO_DATA, variable } from './style.ts';
import { table } from './table.ts';

/** Exact counts of what failed in the time range. */
export function failureTable(width: number): SizedPanel {
  const clicked = variable('__value.raw');
  const by = [
    LABEL.fault,
    LABEL.errorType,
    LABEL.httpStatus,
    LABEL.requestModel,
    LABEL.method,
    LABEL.disposition,
  ];
  return table({
    title: 'What failed in the time range',
    description:
      'Exact counts of failed attempts. retried: the SDK tried again. final: the call failed. Click an error type ' +
      'for its log lines or traces, where Grafana has a Loki or a Tempo.',
    noValue: NO_DATA.failures,
    labels: [
      { label: LABEL.fault, title: 'Who has to act', colored: true, width: 100 },
      {
        label: LABEL.errorType,
        title: 'Error type',
        links: [
          explore('Log lines', 'logs', { expr: `{service_name=~".+"} | json | error_type=\`${clicked}\`` }),
          explore('Traces', 'traces', {
            queryType: 'traceql',
            query: `{ span.${ATTR.attemptErrorType} = \`${clicked}\` }`,
          }),
        ],
      },
      { label: LABEL.httpStatus, title: 'Status', width: 70 },
      { label: LABEL.requestModel, title: 'Model' },
      { label: LABEL.method, title: 'Method' },
      { label: LABEL.disposition, title: 'Then', colored: true, width: 80 },
    ],
    values: [
      {
        title: 'Attempts',
        unit: 'locale',
        expr: `sort_desc(\n${total('attempts', by, ONLY.failed)} > 0\n)`,
        width: 90,
      },
    ],
    width,
  });
}
