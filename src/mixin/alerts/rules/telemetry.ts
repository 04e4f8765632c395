/** Alerts on the telemetry itself: when it is gone, every other alert is silent. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../../config.ts';
import { everyFiveMinutes, type Queries } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import { prometheusLabel } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { serviceText } from '../text.ts';

const STAGE = prometheusLabel(ATTR.stage);

/** A service that used to report does not, or some of its processes cannot be scraped. */
export function telemetryAbsent(q: Queries): AlertRule[] {
  const { absentFor, expectedAfter } = q.config.telemetry;
  const { selector } = q.config;
  const common = {
    alert: 'AnthropicTelemetryAbsent',
    severity: 'warning',
    fault: 'telemetry',
    for: absentFor,
    dashboard: 'anthropic-telemetry',
  } as const;
  return [
    {
      ...common,
      condition: 'gone',
      note: `Services that reported for ${expectedAfter} or more of the last day, and do not now: a nightly batch is not expected to.`,
      expr: [
        `count_over_time(${RECORDS.processes}${everyFiveMinutes('1d')}) >= ${seconds(expectedAfter) / 300}`,
        `unless on (${q.service}) ${q.series('startTime')}`,
      ].join('\n'),
      summary: `${serviceText(q.config)}: there is no Claude telemetry any more.`,
      description:
        `The service reported for at least ${expectedAfter} of the last day, and has not for ${absentFor}. All other alerts on its Claude calls are ` +
        'blind. If it was retired, silence this alert for a day.',
    },
    {
      ...common,
      condition: 'down',
      note: 'Targets that cannot be scraped, of services that had telemetry in the last day.',
      expr: [
        `count by (${q.service}) (up${selector && `{${selector}}`} == 0)`,
        `and on (${q.service}) count_over_time(${RECORDS.processes}${everyFiveMinutes('1d')})`,
      ].join('\n'),
      summary: `${serviceText(q.config)}: Prometheus cannot scrape some processes.`,
      description: `{{ printf "%.0f" $value }} target(s) have been down for ${absentFor}: nobody sees what their Claude calls do.`,
    },
  ];
}

/** The instrumentation fails and swallows it, or does not see clients. */
export function telemetryDegraded(q: Queries): AlertRule[] {
  const { errorWindow, allowedErrors, absentFor } = q.config.telemetry;
  const common = {
    alert: 'AnthropicTelemetryDegraded',
    severity: 'warning',
    fault: 'telemetry',
    dashboard: 'anthropic-telemetry',
  } as const;
  return [
    {
      ...common,
      condition: 'errors',
      note: 'Failures of this package, which never reach the application.',
      keepFiringFor: q.config.keepFiringFor,
      expr: `sum by (${q.and(STAGE)}) (increase(${q.series('telemetryErrors')}[${errorWindow}])) > ${allowedErrors}`,
      summary: `${serviceText(q.config)}: the Claude telemetry fails.`,
      description:
        `{{ printf "%.0f" $value }} failures while recording {{ $labels.${STAGE} }} in the last ${errorWindow}. The Claude calls are not ` +
        'affected, what is recorded of them may be.',
    },
    {
      ...common,
      condition: 'unobserved',
      note: 'Clients of running processes that are not observed.',
      for: absentFor,
      expr: `sum by (${q.service}) (${q.series('telemetryClients', { [ATTR.observed]: 'false' })}) > 0`,
      summary: `${serviceText(q.config)}: some Claude clients are not observed.`,
      description:
        'The running processes made {{ printf "%.0f" $value }} client(s) that are not observed: bundled, or loaded before ' +
        'anthropic-otel/register. Their calls are counted without their attempts.',
    },
  ];
}

/** Always fires: when it stops, the way from Prometheus to the receiver is broken. */
export function watchdog(): AlertRule {
  return {
    alert: 'AnthropicWatchdog',
    note: 'Always fires. The external labels of each Prometheus make it one alert for each cluster.',
    severity: 'none',
    fault: 'none',
    expr: 'vector(1)',
    summary: 'Alerting works.',
    description:
      'This alert always fires. Route it to a receiver that raises the alarm when it stops: then the way from ' +
      'Prometheus through Alertmanager is broken, and no other alert can arrive.',
    dashboard: 'anthropic-telemetry',
    ofService: false,
  };
}
