/** Latency: the numbers of the time range. */

import { ATTR } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import type { SizedPanel } from './panel-options.ts';
import { stat } from './panels.ts';
import { histogramTotal, indent } from './queries.ts';
import { NEUTRAL, NO_DATA, runbook, type Step } from './style.ts';

const WATCHED = DEFAULT_CONFIG.latency.quantile;
const P = `p${WATCHED * 100}`;
/** Calls that succeeded: a fast error must not make the API look fast. */
const OK = { [ATTR.errorType]: '' };

/** A quantile of a histogram over the whole time range. */
export function inRange(
  phi: number,
  key: 'inferenceDuration' | 'attemptDuration' | 'timeToFirstChunk',
  matchers: Record<string, string> = {},
): string {
  return `histogram_quantile(\n  ${phi},\n${indent(histogramTotal(key, 'bucket', ['le'], matchers))}\n) >= 0`;
}

export function numbers(): SizedPanel[] {
  const number = (
    title: string,
    description: string,
    expr: string,
    unit = 's',
    thresholds: readonly Step[] = NEUTRAL,
  ) =>
    stat({
      title,
      description,
      unit,
      queries: [{ expr, legend: title, instant: true }],
      noValue: NO_DATA.traffic,
      thresholds,
      links: [runbook('AnthropicSlowCalls')],
      width: 4,
    });
  const sum = (key: 'retryDelay' | 'attemptDuration') => histogramTotal(key, 'sum', []);
  const waited = `1 / (\n1 + ${sum('attemptDuration')}\n/ ${sum('retryDelay')}\n) >= 0`;
  return [
    number(
      'Call, median',
      'Successful calls, with all their attempts and the reading of the stream.',
      inRange(0.5, 'inferenceDuration', OK),
    ),
    number(
      `Call, ${P}`,
      'Successful calls, with all their attempts and the reading of the stream.',
      inRange(WATCHED, 'inferenceDuration', OK),
    ),
    number(
      `Attempt, ${P}`,
      'One HTTP request, without the waits between attempts.',
      inRange(WATCHED, 'attemptDuration', OK),
    ),
    number(
      'First chunk, median',
      'From the start of the last attempt of a stream to its first content.',
      inRange(0.5, 'timeToFirstChunk'),
    ),
    number(
      `First chunk, ${P}`,
      'From the start of the last attempt of a stream to its first content.',
      inRange(WATCHED, 'timeToFirstChunk'),
    ),
    number(
      'Spent waiting for retries',
      'Backoff and retry-after, of the time of all attempts and of the waits between them.',
      `${waited}\nor on () 0 * (\n${sum('attemptDuration')}\n> 0)`,
      'percentunit',
    ),
  ];
}
