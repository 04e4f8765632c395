/** Triage: the state of this minute. */

import { FAULTS } from '../../model/errors.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import type { SizedPanel } from './panel-options.ts';
import { stat } from './panels.ts';
import { LABEL, metric, orZero, orZeros, recent, total, ZERO } from './queries.ts';
import { ERROR_RATE, ONLY, RANGE_AMPLIFICATION } from './signals.ts';
import { above, NEUTRAL, NO_DATA, runbook } from './style.ts';

const { errorRate } = DEFAULT_CONFIG;
const NOW = errorRate.window;

/** The alerts of the mission, with a short name for the tile. */
const MISSION = [
  ['AnthropicHighErrorRate', 'Alert: error rate', `More than ${errorRate.ratio * 100} % of the calls fail.`],
  [
    'AnthropicConsecutiveServerErrors',
    'Alert: 5xx in a row',
    'Two or more consecutive 5xx answers on one path.',
  ],
  ['AnthropicAuthenticationFailed', 'Alert: 401', 'The API refused a key with 401.'],
  [
    'AnthropicRetriesExhausted',
    'Alert: retries',
    'More calls run out of retries than the SLA budget allows.',
  ],
] as const;

export function verdict(): SizedPanel {
  const failed = recent('attempts', NOW, [LABEL.fault], ONLY.failed);
  return stat({
    title: `Who has to act? (last ${NOW})`,
    description:
      'Who has to act on most of the failed attempts. config: key, model name, billing, permission. traffic: rate ' +
      'limits. input: requests that the API refuses. network: between us and the API. anthropic: server errors, ' +
      'overload. application: our own code. nobody: no attempt failed.',
    unit: 'suffix: failed attempts',
    queries: [
      {
        expr: `topk(1, ${failed} > 0)\nor on () label_replace(${ZERO}, "${LABEL.fault}", "nobody", "", "")`,
        legend: `{{${LABEL.fault}}}`,
        instant: true,
      },
    ],
    noValue: NO_DATA.telemetry,
    thresholds: above(1),
    text: 'value_and_name',
    background: true,
    // The word is what matters.
    titleSize: 44,
    valueSize: 16,
    width: 5,
    height: 5,
  });
}

/** The state of the four alerts that wake somebody up. */
export function missionAlerts(): SizedPanel[] {
  return MISSION.map(alertState);
}

function alertState([alert, title, what]: (typeof MISSION)[number]): SizedPanel {
  return stat({
    title,
    description: `${what} Alert ${alert}. "Rules not loaded": this Prometheus does not have our rules.`,
    unit: 'short',
    queries: [
      {
        expr:
          `count(ALERTS{alertname="${alert}", alertstate="firing", job=~"$job|"})\n` +
          'or on () 0 * count(ALERTS{alertname="AnthropicWatchdog", alertstate="firing"})',
        legend: alert,
        instant: true,
      },
    ],
    noValue: NO_DATA.rules,
    thresholds: above(1),
    texts: [
      { from: 0, to: 0, text: 'OK', color: 'green' },
      { from: 1, to: 1e9, text: 'FIRING', color: 'red' },
    ],
    text: 'value',
    background: true,
    valueSize: 30,
    links: [runbook(alert)],
    width: 3,
    height: 5,
  });
}

export function rate(): SizedPanel {
  return stat({
    title: `Error rate (last ${NOW})`,
    description:
      'Share of the calls that failed after all retries. Calls that the application canceled are left out. ' +
      `Red above ${errorRate.ratio * 100} %; the alert also wants at least ${errorRate.minCalls} calls of a model.`,
    unit: 'percentunit',
    decimals: 1,
    queries: [{ expr: ERROR_RATE, legend: 'error rate', instant: true }],
    noValue: NO_DATA.traffic,
    thresholds: above(errorRate.ratio),
    links: [runbook('AnthropicHighErrorRate')],
    width: 4,
    height: 5,
  });
}

export function lastRefusal(): SizedPanel {
  return stat({
    title: 'Last 401',
    description: 'When the API last refused a key, in the time range. A key does not fix itself: rotate it.',
    unit: 'dateTimeFromNow',
    queries: [
      {
        expr: `1000 * max(max_over_time(${metric('authenticationFailureTime')}[$__range]))`,
        legend: 'last 401',
        instant: true,
      },
    ],
    noValue: 'Never',
    thresholds: [{ from: null, color: 'purple' }],
    links: [runbook('AnthropicAuthenticationFailed')],
    valueSize: 26,
    width: 3,
    height: 5,
  });
}

export function faults(): SizedPanel {
  return stat({
    title: `Failed attempts by who has to act (last ${NOW})`,
    description:
      'What the API, or the way to it, really answered in the last minutes, retried attempts included.',
    unit: 'locale',
    queries: [
      {
        expr: orZeros(recent('attempts', NOW, [LABEL.fault], ONLY.failed), LABEL.fault, FAULTS),
        legend: `{{${LABEL.fault}}}`,
        instant: true,
      },
    ],
    noValue: NO_DATA.telemetry,
    thresholds: above(1),
    text: 'value_and_name',
    valueSize: 30,
    width: 12,
  });
}

export function inRange(): SizedPanel {
  const count = (name: string, expr: string) => ({ expr: orZero(expr), legend: name, instant: true });
  return stat({
    title: 'In the time range',
    description:
      'Exact counts of the whole time range. attempts / calls is the retry amplification: 1 when nothing is ' +
      'retried, 3 when every call uses both retries of the SDK.',
    unit: 'locale',
    queries: [
      count('calls', total('calls', [])),
      count('failed calls', total('calls', [], ONLY.failedCalls)),
      count('out of retries', total('retriesExhausted', [])),
      count('attempts', total('attempts', [])),
      { expr: RANGE_AMPLIFICATION, legend: 'attempts / call', instant: true },
    ],
    noValue: NO_DATA.traffic,
    decimalsOf: { 'attempts / call': 2 },
    thresholds: NEUTRAL,
    text: 'value_and_name',
    valueSize: 30,
    width: 12,
  });
}
