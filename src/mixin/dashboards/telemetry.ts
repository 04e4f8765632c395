/** Telemetry: whether what the other dashboards show is all there is. */

import { STAGES } from '../../ports/guard.ts';
import { ATTR, PROCESS_LABEL } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';

import { dashboard } from './dashboard.ts';
import type { SizedPanel } from './panel-options.ts';
import { bars, graph, stat } from './panels.ts';
import { LABEL, metric, orZero, PROCESS, PROCESSES, perBar, total } from './queries.ts';
import { above, below, NEUTRAL, NO_DATA, runbook, type Step } from './style.ts';
import { table } from './table.ts';

/** Every series of this package. */
const OURS = `{__name__=~"anthropic_(client|telemetry)_.+|gen_ai_client_.+", ${PROCESS}}`;
const STARTED = metric('startTime');

export function telemetry(): string {
  return dashboard({
    uid: 'anthropic-telemetry',
    title: 'Claude: telemetry',
    description:
      'Which processes report, with which version, how many series they cost, and what went wrong on the way.',
    from: 'now-6h',
    refresh: '1m',
    sections: [
      { lines: [numbers(), [processes()]] },
      { title: 'What went wrong?', lines: [[failures(), starts()]] },
      { title: 'What does it cost?', lines: [[seriesByProcess(), seriesByMetric()]] },
    ],
  });
}

function numbers(): SizedPanel[] {
  const number = (
    title: string,
    description: string,
    expr: string,
    alert: string,
    thresholds: readonly Step[] = NEUTRAL,
    noValue: string = NO_DATA.telemetry,
  ) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr, legend: title, instant: true }],
      noValue,
      thresholds,
      links: [runbook(alert)],
      width: 3,
    });
  return [
    number('Processes', 'Processes that report now.', PROCESSES, 'AnthropicTelemetryAbsent', below(1)),
    number(
      'Jobs',
      'Services that report now.',
      `count(count by (job) (${STARTED}))`,
      'AnthropicTelemetryAbsent',
      below(1),
    ),
    number(
      'Targets down',
      'Targets of these jobs that Prometheus cannot scrape now. Pushed metrics have no targets.',
      orZero(`count(up{${PROCESS}} == 0 and on (job) group by (job) (${STARTED}))`),
      'AnthropicTelemetryAbsent',
      above(1),
    ),
    number(
      'Clients not observed',
      'Clients of the SDK that were made in the time range and are not observed: bundled, or loaded before this package.',
      orZero(total('telemetryClients', [], { [ATTR.observed]: 'false' })),
      'AnthropicClientsUnobserved',
      above(1, 'orange'),
    ),
    number(
      'Telemetry failures',
      'Our own failures in the time range. They never reach the application; what is told may be incomplete.',
      orZero(total('telemetryErrors', [])),
      'AnthropicTelemetryErrors',
      above(1, 'orange'),
    ),
    number(
      'Series',
      'Time series of this package, of all processes.',
      `count(${OURS})`,
      'AnthropicTelemetryErrors',
    ),
    stat({
      title: 'Rules',
      description: 'Whether AnthropicWatchdog fires, as it always should where our rules are loaded.',
      unit: 'locale',
      queries: [
        {
          expr: 'count(ALERTS{alertname="AnthropicWatchdog", alertstate="firing"})',
          legend: 'rules',
          instant: true,
        },
      ],
      noValue: NO_DATA.rules,
      thresholds: NEUTRAL,
      texts: [{ from: 1, to: 1e9, text: 'Loaded', color: 'green' }],
      text: 'value',
      links: [runbook('AnthropicWatchdog')],
      width: 6,
    }),
  ];
}

function processes(): SizedPanel {
  return table({
    title: 'Processes',
    description:
      'Process: its number, where one target serves several. Version: of this package, where the scrape or the receiver keeps the labels of the scope.',
    noValue: NO_DATA.telemetry,
    labels: [
      { label: 'job', title: 'Job' },
      { label: 'instance', title: 'Instance' },
      { label: PROCESS_LABEL, title: 'Process' },
      { label: 'otel_scope_version', title: 'Version' },
    ],
    values: [
      {
        title: 'Up for',
        expr: `time() - max by (job, instance, ${PROCESS_LABEL}, otel_scope_version) (${STARTED})`,
        unit: 's',
      },
      { title: 'Series', expr: `count by (job, instance, ${PROCESS_LABEL}) (${OURS})`, unit: 'locale' },
      {
        title: 'Calls in progress',
        expr: `sum by (job, instance, ${PROCESS_LABEL}) (${metric('activeCalls')})`,
        unit: 'locale',
      },
    ],
    width: 24,
    height: 6,
  });
}

function failures(): SizedPanel {
  return graph({
    title: 'Telemetry failures, by stage',
    description: `Where our own code, or the telemetry code that it calls, failed and was caught. AnthropicTelemetryErrors fires above ${DEFAULT_CONFIG.telemetry.allowedErrors} in ${DEFAULT_CONFIG.telemetry.errorWindow}.`,
    unit: 'locale',
    queries: [{ expr: `${perBar('telemetryErrors', [LABEL.stage])} > 0`, legend: `{{${LABEL.stage}}}` }],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: STAGES,
    links: [runbook('AnthropicTelemetryErrors')],
    width: 12,
  });
}

function starts(): SizedPanel {
  return graph({
    title: 'Processes that report, and their starts',
    description: 'A fall without starts is a process that vanished; many starts are a crash loop.',
    unit: 'locale',
    queries: [
      { expr: PROCESSES, legend: 'processes' },
      { expr: orZero(`count(${STARTED} > time() - $__interval_ms / 1000)`), legend: 'started' },
    ],
    noValue: NO_DATA.telemetry,
    links: [runbook('AnthropicTelemetryAbsent')],
    width: 12,
  });
}

function seriesByProcess(): SizedPanel {
  return graph({
    title: 'Series, by process',
    description:
      'Bounded by design: models, methods and servers are capped, ids are never labels. A line that keeps growing is a bug: report it.',
    unit: 'locale',
    queries: [
      {
        expr: `count by (job, instance, ${PROCESS_LABEL}) (${OURS})`,
        legend: `{{job}} {{instance}} {{${PROCESS_LABEL}}}`,
      },
    ],
    noValue: NO_DATA.telemetry,
    width: 12,
    height: 10,
  });
}

function seriesByMetric(): SizedPanel {
  return bars({
    title: 'Series, by metric (the 12 largest)',
    description:
      'Names that end in _seconds_bucket came by OTLP, names without the unit from the Prometheus exporter.',
    unit: 'locale',
    queries: [{ expr: `topk(12, count by (__name__) (${OURS}))`, legend: '{{__name__}}', instant: true }],
    noValue: NO_DATA.telemetry,
    thresholds: NEUTRAL,
    width: 12,
    height: 10,
  });
}
