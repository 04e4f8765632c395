/** Latency: how long calls take, and how much of it is the API, our waiting, or long answers. */

import { ATTR } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { dashboard } from './dashboard.ts';
import * as now from './latency-now.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph, heatmap } from './panels.ts';
import { histogramRate, LABEL, metric, quantile, rate, share } from './queries.ts';
import { ERROR_TYPES } from './signals.ts';
import { NO_DATA, runbook } from './style.ts';

const WATCHED = DEFAULT_CONFIG.latency.quantile;
const P = `p${WATCHED * 100}`;
const MODEL = [LABEL.requestModel];
/** Calls that succeeded: a fast error must not make the API look fast. */
const OK = { [ATTR.errorType]: '' };

export function latency(): string {
  return dashboard({
    uid: 'anthropic-latency',
    title: 'Claude: latency',
    description:
      'How long calls and attempts take, the first chunk, the time lost to retries, and the speed of the answer.',
    from: 'now-3h',
    refresh: '1m',
    sections: [
      { lines: [now.numbers(), [callHeatmap(), attemptHeatmap()]] },
      {
        title: 'Where does the time go?',
        lines: [
          [callsAndAttempts(), backoff()],
          [byError(), sizes(), active()],
        ],
      },
      { title: 'What does the user see?', lines: [[firstChunk(), speed()]] },
    ],
  });
}

function durations(
  title: string,
  description: string,
  key: 'inferenceDuration' | 'attemptDuration',
): SizedPanel {
  return heatmap({
    title,
    description,
    unit: 's',
    queries: [
      { expr: histogramRate(key, 'bucket', ['le']), legend: '{{le}}', format: 'heatmap', exemplar: true },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook('AnthropicSlowCalls')],
  });
}

function callHeatmap(): SizedPanel {
  return durations(
    'Calls, by duration',
    'All calls that generate, with attempts, waits and streams. Dots are exemplars: they lead to a trace.',
    'inferenceDuration',
  );
}

function attemptHeatmap(): SizedPanel {
  return durations(
    'Attempts, by duration',
    'What the wire and the API take. When calls are slow and attempts are not, it is our retries.',
    'attemptDuration',
  );
}

function callsAndAttempts(): SizedPanel {
  const q = (name: string, key: 'inferenceDuration' | 'attemptDuration') => ({
    expr: quantile(WATCHED, key, MODEL, OK),
    legend: `${name} {{${LABEL.requestModel}}}`,
    exemplar: true,
  });
  return graph({
    title: `${P} of calls and of attempts, by model`,
    description: `Successful ones. AnthropicSlowCalls fires at ${DEFAULT_CONFIG.latency.factor} times the usual ${P} of a call.`,
    unit: 's',
    queries: [q('call', 'inferenceDuration'), q('attempt', 'attemptDuration')],
    noValue: NO_DATA.traffic,
    links: [runbook('AnthropicSlowCalls')],
    width: 12,
  });
}

function backoff(): SizedPanel {
  const waited = histogramRate('retryDelay', 'sum', MODEL);
  const tried = histogramRate('attemptDuration', 'sum', MODEL);
  // Not of the calls' time, which is known at their end only: a wait before that would be more than all of it.
  return graph({
    title: 'Share of the time spent waiting for retries, by model',
    description:
      'Of the time of attempts and of the waits between them, how much is backoff. Half means that the retries double the latency.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: `1 / (1 + ${tried} / ${waited}) >= 0\nor 0 * (${tried} > 0)`,
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    width: 12,
  });
}

function byError(): SizedPanel {
  return graph({
    title: `${P} of failed attempts, by error type`,
    description:
      'How long it takes to fail. Timeouts stand at the timeout that is set; overload mostly fails at once.',
    unit: 's',
    queries: [
      {
        expr: `${quantile(WATCHED, 'attemptDuration', [LABEL.errorType])} and on (${LABEL.errorType}) ${histogramRate('attemptDuration', 'count', [LABEL.errorType], { [ATTR.errorType]: { op: '!=', value: '' } })} > 0`,
        legend: `{{${LABEL.errorType}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    colored: ERROR_TYPES,
    width: 10,
  });
}

function firstChunk(): SizedPanel {
  return graph({
    title: 'Time to the first chunk, by model',
    description: 'What a reader of a stream waits for.',
    unit: 's',
    queries: [0.5, WATCHED].map((phi) => ({
      expr: quantile(phi, 'timeToFirstChunk', MODEL),
      legend: `p${phi * 100} {{${LABEL.requestModel}}}`,
      exemplar: true,
    })),
    noValue: 'No streams',
    links: [runbook('AnthropicSlowCalls')],
    width: 12,
  });
}

function speed(): SizedPanel {
  return graph({
    title: 'Output tokens per second of a call, by model',
    description: 'Output tokens, thinking included, by the time of the calls that made them.',
    unit: 'short',
    decimals: 1,
    queries: [
      {
        expr: share(rate('outputTokens', MODEL), histogramRate('inferenceDuration', 'sum', MODEL)),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    width: 12,
  });
}

function sizes(): SizedPanel {
  return graph({
    title: `Tokens of a call: median and ${P}`,
    description: 'Long answers take long. A prompt that grows with every turn shows here first.',
    unit: 'short',
    queries: [0.5, WATCHED].flatMap((phi) => [
      { expr: quantile(phi, 'inputTokensPerCall', []), legend: `input p${phi * 100}` },
      { expr: quantile(phi, 'outputTokensPerCall', []), legend: `output p${phi * 100}` },
    ]),
    noValue: NO_DATA.traffic,
    width: 7,
  });
}

function active(): SizedPanel {
  return graph({
    title: 'Calls in progress, by model',
    description: 'Slow calls pile up here.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (${LABEL.requestModel}) (${metric('activeCalls')})`,
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    stacked: true,
    width: 7,
  });
}
