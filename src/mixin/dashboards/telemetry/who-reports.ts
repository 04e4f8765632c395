/** Telemetry: who reports? */
import { ATTR, PROCESS_LABEL } from '../../../signals/names.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import type { Queries } from '../lib/queries.ts';
import { firing } from '../lib/signals.ts';
import { above, below, GOOD, NEUTRAL, NO_DATA, type Step, WARN } from '../lib/style.ts';
import { serviceColumns, table } from '../lib/table.ts';
import { allSeries } from './what-does-it-cost.ts';

export function numbers(q: Queries): SizedPanel[] {
  const started = q.metric('startTime');
  const service = q.service.join(', ');
  const number = (
    title: string,
    description: string,
    expr: string,
    alert: string,
    thresholds: readonly Step[] = NEUTRAL,
    width = 3,
  ) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr, legend: title, instant: true }],
      noValue: NO_DATA.telemetry,
      thresholds,
      links: [runbook(q.config, alert)],
      width,
    });
  return [
    number('Processes', 'Processes that report now.', q.processes, 'AnthropicTelemetryAbsent', below(1)),
    number(
      'Services',
      'Services that report now.',
      `count(count by (${service}) (${started}))`,
      'AnthropicTelemetryAbsent',
      below(1),
    ),
    number(
      'Targets down',
      'Targets of these services that Prometheus cannot scrape now. Pushed metrics have no targets.',
      q.orZero(`count(up{${q.filter}} == 0 and on (${service}) group by (${service}) (${started}))`),
      'AnthropicTelemetryAbsent',
      above(1),
    ),
    number(
      'Unobserved clients',
      'SDK clients created in the time range that are not observed, because they were bundled or loaded before this package.',
      q.orZero(q.total('telemetryClients', [], { [ATTR.observed]: 'false' })),
      'AnthropicTelemetryDegraded',
      above(1, WARN),
      4,
    ),
    number(
      'Telemetry failures',
      'Failures of telemetry in the time range. They never reach the application, but the recorded data may be incomplete.',
      q.orZero(q.total('telemetryErrors', [])),
      'AnthropicTelemetryDegraded',
      above(1, WARN),
      4,
    ),
    number(
      'Series',
      'Time series of this package, of all processes.',
      `count(${allSeries(q)})`,
      'AnthropicTelemetryDegraded',
    ),
    stat({
      title: 'Rules',
      description: 'Whether AnthropicWatchdog fires, as it always does where the rules are loaded.',
      unit: 'locale',
      queries: [
        { expr: `count(${firing('alertname="AnthropicWatchdog"')})`, legend: 'rules', instant: true },
      ],
      noValue: NO_DATA.rules,
      thresholds: NEUTRAL,
      texts: [{ from: 1, to: 1e9, text: 'Loaded', color: GOOD }],
      text: 'value',
      links: [runbook(q.config, 'AnthropicWatchdog')],
      width: 4,
    }),
  ];
}

export function processes(q: Queries): SizedPanel {
  const { process } = q;
  const by = [...process, PROCESS_LABEL].join(', ');
  return table({
    title: 'Processes',
    description:
      'Process: its number, where one target serves several. Version: the version of this package, where the scope labels are kept.',
    noValue: NO_DATA.telemetry,
    labels: [
      ...serviceColumns(q),
      ...process
        .filter((label) => !q.service.includes(label))
        .map((label) => ({ label, title: label === 'instance' ? 'Instance' : label, wrapped: true })),
      { label: PROCESS_LABEL, title: 'Process', width: 90 },
      { label: 'otel_scope_version', title: 'Version', width: 90 },
    ],
    values: [
      {
        title: 'Up for',
        expr: `time() - max by (${by}, otel_scope_version) (${q.metric('startTime')})`,
        unit: 's',
      },
      { title: 'Series', expr: `count by (${by}) (${allSeries(q)})`, unit: 'locale' },
      { title: 'Calls in progress', expr: `sum by (${by}) (${q.metric('activeCalls')})`, unit: 'locale' },
    ],
    links: [runbook(q.config, 'AnthropicTelemetryAbsent')],
    width: 24,
    height: 8,
  });
}
