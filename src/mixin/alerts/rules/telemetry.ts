/** Alerts on the telemetry itself: when it is gone, every other alert is silent. */
import { prometheusLabel } from '../../../signals/metric-definition.ts';
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../config.ts';
import { type Queries, RECORDS } from '../expressions.ts';
import type { AlertRule } from '../rule.ts';

const STAGE = prometheusLabel(ATTR.stage);

/** Some targets of an instrumented job cannot be scraped. Where all are gone, `telemetryAbsent` tells. */
export function targetDown(q: Queries): AlertRule {
  const by = q.service.join(', ');
  const { selector, telemetry } = q.config;
  return {
    alert: 'AnthropicTargetDown',
    severity: 'warning',
    fault: 'telemetry',
    for: telemetry.absentFor,
    expr: [
      `count by (${by}) (up${selector && `{${selector}}`} == 0)`,
      `and on (${by}) group by (${by}) (${q.series('startTime')})`,
    ].join('\n'),
    summary: 'Prometheus cannot scrape some processes of {{ $labels.job }}.',
    description:
      `{{ printf "%.0f" $value }} target(s) of {{ $labels.job }} have been down for ${telemetry.absentFor}: nobody ` +
      'sees what their Claude calls do.',
    dashboard: 'anthropic-telemetry',
    panel: 'Targets down',
  };
}

/** A job that had telemetry has none. A process that ran for a while is expected to have a successor. */
export function telemetryAbsent(q: Queries): AlertRule {
  const by = q.service.join(', ');
  const { absentFor, expectedAfter, rememberedFor } = q.config.telemetry;
  return {
    alert: 'AnthropicTelemetryAbsent',
    severity: 'warning',
    fault: 'telemetry',
    for: absentFor,
    expr: [
      `max_over_time(${RECORDS.uptime}[${rememberedFor}]) >= ${seconds(expectedAfter)}`,
      `unless on (${by}) ${RECORDS.uptime}`,
    ].join('\n'),
    summary: 'There is no Claude telemetry from {{ $labels.job }} any more.',
    description:
      `{{ $labels.job }} had Claude telemetry in the last ${rememberedFor}, from a process that ran for ` +
      `{{ $value | humanizeDuration }}, and has had none for ${absentFor}. All other alerts on its Claude calls are ` +
      'blind. If the job was retired, silence this alert for a day.',
    dashboard: 'anthropic-telemetry',
    panel: 'Processes that report, and their starts',
  };
}

/** The instrumentation failed, and swallowed it. */
export function telemetryErrors(q: Queries): AlertRule {
  const { errorWindow, allowedErrors } = q.config.telemetry;
  return {
    alert: 'AnthropicTelemetryErrors',
    severity: 'warning',
    fault: 'telemetry',
    keepFiringFor: q.config.keepFiringFor,
    expr: `${q.events('telemetryErrors', errorWindow, [...q.service, STAGE])} > ${allowedErrors}`,
    summary: 'The Claude telemetry of {{ $labels.job }} fails.',
    description:
      `{{ $labels.job }} had {{ printf "%.0f" $value }} failures while recording {{ $labels.${STAGE} }} ` +
      `in the last ${errorWindow}. The Claude calls are not affected, what is told about them may be.`,
    dashboard: 'anthropic-telemetry',
    panel: 'Telemetry failures, by stage',
  };
}

/** Clients are made that are not observed: what they do is seen in part, or not at all. */
export function clientsUnobserved(q: Queries): AlertRule {
  const { absentFor } = q.config.telemetry;
  return {
    alert: 'AnthropicClientsUnobserved',
    severity: 'warning',
    fault: 'telemetry',
    for: absentFor,
    expr: `sum by (${q.service.join(', ')}) (${q.series('telemetryClients', { [ATTR.observed]: 'false' })}) > 0`,
    summary: 'Some Claude clients of {{ $labels.job }} are not observed.',
    description:
      '{{ $labels.job }} has made {{ printf "%.0f" $value }} client(s) that are not observed: bundled, or loaded before ' +
      'anthropic-otel/register. Their calls are counted without their attempts.',
    dashboard: 'anthropic-telemetry',
    panel: 'Clients not observed',
  };
}

/** Always fires: when it stops, the way from Prometheus to the receiver is broken. */
export function watchdog(): AlertRule {
  return {
    alert: 'AnthropicWatchdog',
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
