/** Cases of the alerts on the telemetry itself. */
import { burstCases } from '../support/bursts.ts';
import { type AlertCase, type Check, firing } from '../support/case.ts';
import { type ProcessSpec, world } from '../support/world.ts';

const STEP = 15;
const HOUR = 3600;
const DAY = 24 * HOUR;
const LABELS = { severity: 'warning', fault: 'telemetry', job: 'app' };

const down = firing({
  alert: 'AnthropicTargetDown',
  labels: LABELS,
  summary: 'Prometheus cannot scrape some processes of app.',
  description: '1 target(s) of app have been down for 10m: nobody sees what their Claude calls do.',
  dashboard: 'anthropic-telemetry',
  vars: 'var-job=app',
  panel: 'Targets down',
});

const UNOBSERVED = 'anthropic_telemetry_clients_total{anthropic_telemetry_observed="false"}';

const unobserved = firing({
  alert: 'AnthropicClientsUnobserved',
  labels: LABELS,
  summary: 'Some Claude clients of app are not observed.',
  description:
    'app has made 2 client(s) that are not observed: bundled, or loaded before anthropic-otel/register. Their calls are ' +
    'counted without their attempts.',
  dashboard: 'anthropic-telemetry',
  vars: 'var-job=app',
  panel: 'Clients not observed',
});

const absent = (ran: string) =>
  firing({
    alert: 'AnthropicTelemetryAbsent',
    labels: LABELS,
    summary: 'There is no Claude telemetry from app any more.',
    description:
      `app had Claude telemetry in the last 1d, from a process that ran for ${ran}, and has had none for 10m. All other ` +
      'alerts on its Claude calls are blind. If the job was retired, silence this alert for a day.',
    dashboard: 'anthropic-telemetry',
    vars: 'var-job=app',
    panel: 'Processes that report, and their starts',
  });

const pod = (instance: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  instance,
  metrics: {},
  ...more,
});

function fleetCase(
  alert: string,
  name: string,
  processes: readonly ProcessSpec[],
  proves: AlertCase['proves'],
  checks: readonly Check[],
): AlertCase {
  const until = Math.max(...checks.map(({ at }) => at));
  return {
    alert,
    name: `${alert}: ${name}`,
    proves,
    series: world(processes, { until, step: STEP, up: true }),
    step: STEP,
    checks,
  };
}

const silentUntil = (to: number): Check[] =>
  Array.from({ length: to / 60 + 1 }, (_, i) => ({ at: i * 60, alerts: [] }));

/** A job that has nothing to do with this package, and is down. */
const stranger: ProcessSpec = { job: 'other', instance: 'other-1', start: 1e9, metrics: {} };

export const TELEMETRY_CASES: readonly AlertCase[] = [
  fleetCase(
    'AnthropicTargetDown',
    'one of three targets cannot be scraped',
    [pod('pod-1'), pod('pod-2', { unseen: [[600, 2400]] }), pod('pod-3'), stranger],
    ['fires', 'resolves'],
    [
      { at: 600, alerts: [] },
      { at: 1185, alerts: [] },
      { at: 1200, alerts: [down] },
      { at: 2385, alerts: [down] },
      { at: 2400, alerts: [] },
    ],
  ),
  fleetCase(
    'AnthropicTargetDown',
    'a target is down for 9 minutes',
    [pod('pod-1'), pod('pod-2', { unseen: [[600, 1140]] })],
    ['silent below'],
    silentUntil(2400),
  ),
  {
    ...fleetCase(
      'AnthropicTargetDown',
      'a job without our telemetry is down',
      [pod('pod-1')],
      ['silent below'],
      silentUntil(1800),
    ),
    series: [
      ...world([pod('pod-1')], { until: 1800, step: STEP, up: true }),
      { series: 'up{job="other",instance="other-1"}', values: '0+0x120' },
    ],
  },
  fleetCase(
    'AnthropicTelemetryAbsent',
    'the only target of a job goes away for good',
    [pod('pod-1', { start: 0, end: 2 * HOUR }), { ...stranger, start: 0 }],
    ['fires', 'resolves'],
    [
      { at: 2 * HOUR, alerts: [] },
      { at: 2 * HOUR + 585, alerts: [] },
      { at: 2 * HOUR + 600, alerts: [absent('1h 59m 45s')] },
      { at: DAY, alerts: [absent('1h 59m 45s')] },
      { at: 2 * HOUR - 30 + DAY, alerts: [absent('1h 59m 45s')] },
      // A day later nobody expects it any more: the job may have been retired.
      { at: 2 * HOUR + DAY, alerts: [] },
    ],
  ),
  fleetCase(
    'AnthropicTelemetryAbsent',
    'comes back after 20 minutes',
    [
      pod('pod-1', { start: 0, end: 2 * HOUR }),
      pod('pod-1', { start: 2 * HOUR + 1200 }),
      { ...stranger, start: 0 },
    ],
    ['fires', 'resolves'],
    [
      { at: 2 * HOUR + 1185, alerts: [absent('1h 59m 45s')] },
      { at: 2 * HOUR + 1200, alerts: [] },
    ],
  ),
  fleetCase(
    'AnthropicTelemetryAbsent',
    'a process that ran for an hour, and a younger one',
    [pod('pod-1', { start: 600, end: 600 + HOUR + 15 }), pod('pod-2', { start: 900, end: 900 + HOUR })],
    ['fires'],
    [
      { at: 600 + HOUR + 300, alerts: [] },
      { at: 900 + HOUR + 600, alerts: [absent('1h 0m 0s')] },
    ],
  ),
  fleetCase(
    'AnthropicTelemetryAbsent',
    'a script that ran for just less than an hour',
    [pod('pod-1', { start: 600, end: 600 + HOUR })],
    ['silent below'],
    silentUntil(2 * HOUR + 600),
  ),
  fleetCase(
    'AnthropicTelemetryAbsent',
    'away for 9 minutes, and one of two away for longer',
    [
      pod('pod-1', { unseen: [[2 * HOUR, 2 * HOUR + 540]] }),
      pod('pod-2', { unseen: [[2 * HOUR, 3 * HOUR]] }),
    ],
    ['silent below'],
    silentUntil(3 * HOUR),
  ),
  ...burstCases({
    expected: {
      alert: 'AnthropicTelemetryErrors',
      labels: { ...LABELS, anthropic_telemetry_stage: 'metrics' },
      summary: 'The Claude telemetry of app fails.',
      description:
        'app had 6 failures while recording metrics in the last 15m. The Claude calls are not affected, what is told ' +
        'about them may be.',
      dashboard: 'anthropic-telemetry',
      vars: 'var-job=app',
      panel: 'Telemetry failures, by stage',
    },
    window: 900,
    fires: { '6 failures': { 'anthropic_telemetry_errors_total{anthropic_telemetry_stage="metrics"}': 6 } },
    silent: { '5 failures': { 'anthropic_telemetry_errors_total{anthropic_telemetry_stage="metrics"}': 5 } },
  }),
  fleetCase(
    'AnthropicClientsUnobserved',
    'a process makes a client that is bundled, until it is replaced',
    [
      pod('pod-1', { end: 3600, metrics: { [UNOBSERVED]: (time) => (time >= 600 ? 2 : 0) } }),
      pod('pod-2', { start: 3000, metrics: { [UNOBSERVED]: () => 0 } }),
      stranger,
    ],
    ['fires', 'resolves'],
    [
      { at: 1185, alerts: [] },
      { at: 1200, alerts: [unobserved] },
      { at: 3585, alerts: [unobserved] },
      { at: 3600, alerts: [] },
    ],
  ),
  ...(
    [
      [
        'silent below',
        'gone after 9 minutes',
        pod('pod-1', { end: 1140, metrics: { [UNOBSERVED]: (time) => (time >= 600 ? 1 : 0) } }),
      ],
      ['silent idle', 'no client', pod('pod-1', { metrics: { [UNOBSERVED]: () => 0 } })],
      ['silent deploy', 'new processes', pod('pod-2', { start: 600, metrics: { [UNOBSERVED]: () => 0 } })],
      [
        'silent restart',
        'a process that starts anew',
        pod('pod-1', { start: 900, metrics: { [UNOBSERVED]: () => 0 } }),
      ],
    ] as const
  ).map(([proves, name, process]) =>
    fleetCase('AnthropicClientsUnobserved', name, [process], [proves], silentUntil(2400)),
  ),
  {
    alert: 'AnthropicWatchdog',
    name: 'AnthropicWatchdog: always fires, also without any metric',
    proves: ['fires'],
    series: [],
    step: STEP,
    checks: [0, 600].map((at) => ({
      at,
      alerts: [
        firing({
          alert: 'AnthropicWatchdog',
          labels: { severity: 'none', fault: 'none' },
          summary: 'Alerting works.',
          description:
            'This alert always fires. Route it to a receiver that raises the alarm when it stops: then the way from ' +
            'Prometheus through Alertmanager is broken, and no other alert can arrive.',
          dashboard: 'anthropic-telemetry',
        }),
      ],
    })),
  },
];
