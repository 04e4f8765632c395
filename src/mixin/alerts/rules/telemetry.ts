/** Alerts on the telemetry itself: without it, every other alert is silent. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../../config.ts';
import { everyFiveMinutes, type Queries } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import { prometheusLabel } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { serviceText } from '../text.ts';

const STAGE = prometheusLabel(ATTR.stage);

/** A service has stopped reporting, or Prometheus cannot scrape some of its processes. */
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
      note: `Services that reported for ${expectedAfter} or more of the last day, but do not report now. This excludes nightly batches.`,
      expr: [
        `count_over_time(${RECORDS.processes}${everyFiveMinutes('1d')}) >= ${seconds(expectedAfter) / 300}`,
        `unless on (${q.service}) ${q.series('startTime')}`,
      ].join('\n'),
      summary: `${serviceText(q.config)}: Claude telemetry has stopped.`,
      description:
        `The service reported for at least ${expectedAfter} of the last day, but has not reported for ${absentFor}. No other alert can detect ` +
        'failures of its Claude calls. If the service was retired, silence this alert for a day.',
    },
    {
      ...common,
      condition: 'down',
      note: 'Targets that cannot be scraped, for services that had telemetry in the last day.',
      expr: [
        `count by (${q.service}) (up${selector && `{${selector}}`} == 0)`,
        `and on (${q.service}) count_over_time(${RECORDS.processes}${everyFiveMinutes('1d')})`,
      ].join('\n'),
      summary: `${serviceText(q.config)}: Prometheus cannot scrape some processes.`,
      description: `{{ printf "%.0f" $value }} target(s) have been down for ${absentFor}. No alert can detect failures of their Claude calls.`,
    },
  ];
}

/** The instrumentation fails to record, or does not see some clients. */
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
      summary: `${serviceText(q.config)}: Claude telemetry fails.`,
      description:
        `Telemetry failed {{ printf "%.0f" $value }} times in the stage {{ $labels.${STAGE} }} in the last ${errorWindow}. The Claude calls are not ` +
        'affected, but their records may be incomplete.',
    },
    {
      ...common,
      condition: 'unobserved',
      note: 'Clients of running processes that are not observed.',
      for: absentFor,
      expr: `sum by (${q.service}) (${q.series('telemetryClients', { [ATTR.observed]: 'false' })}) > 0`,
      summary: `${serviceText(q.config)}: some Claude clients are not observed.`,
      description:
        'The running processes created {{ printf "%.0f" $value }} client(s) that are not observed, because their SDK is bundled or was loaded before ' +
        'anthropic-otel/register. Their calls are counted, but their attempts are not.',
    },
  ];
}

/** Always fires. If it stops, the path from Prometheus to the receiver is broken. */
export function watchdog(): AlertRule {
  return {
    alert: 'AnthropicWatchdog',
    note: 'Always fires. The external labels of each Prometheus give each cluster its own alert.',
    severity: 'none',
    fault: 'none',
    expr: 'vector(1)',
    summary: 'Alerting works.',
    description:
      'This alert always fires. Route it to a receiver that raises an alarm if it stops: then the path from ' +
      'Prometheus through Alertmanager is broken, and no other alert can arrive.',
    dashboard: 'anthropic-telemetry',
    ofService: false,
  };
}
