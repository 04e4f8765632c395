/** The table of failed attempts, with links to their log lines and traces. */
import { ATTR } from '../../../signals/names.ts';
import { explore, runbook } from './links.ts';
import type { SizedPanel } from './options.ts';
import type { Queries } from './queries.ts';
import { LABEL } from './selectors.ts';
import { ONLY } from './signals.ts';
import { NO_DATA, variable } from './style.ts';
import { serviceColumns, table } from './table.ts';

/** Exact counts of failed attempts in the time range. */
export function failureTable(q: Queries, width: number): SizedPanel {
  const service = serviceColumns(q);
  const clicked = variable('__value.raw');
  const by = [
    ...q.service,
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
    links: [runbook(q.config)],
    labels: [
      ...service.filter(({ last }) => !last),
      { label: LABEL.fault, title: 'Who has to act', colored: true, width: 125 },
      {
        label: LABEL.errorType,
        title: 'Error type',
        width: 165,
        links: [
          explore('Log lines', 'logs', {
            expr: `{service_name=~".+", service_name=~"${variable('job:regex')}"} | json | error_type=\`${clicked}\``,
          }),
          explore('Traces', 'traces', {
            queryType: 'traceql',
            query: `{ resource.service.name =~ "${variable('job:regex')}" && span.${ATTR.attemptErrorType} = \`${clicked}\` }`,
          }),
        ],
      },
      { label: LABEL.httpStatus, title: 'Status', width: 70, last: true },
      { label: LABEL.requestModel, title: 'Model', last: true },
      { label: LABEL.method, title: 'Method', last: true },
      { label: LABEL.disposition, title: 'Then', width: 80, last: true },
      ...service.filter(({ last }) => last),
    ],
    values: [
      {
        title: 'Attempts',
        unit: 'locale',
        expr: `sort_desc(\n${q.total('attempts', by, ONLY.failed)} > 0\n)`,
        width: 90,
      },
    ],
    width,
  });
}
