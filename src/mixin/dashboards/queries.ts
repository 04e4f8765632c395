/**
 * The queries of the panels, from the metric catalogue. Rules and panels share the same helpers and the same
 * thresholds; what is here is what only a dashboard needs: its variables, its time range, its bars.
 */

import type { MetricKey } from '../../signals/catalogue.ts';
import { DEFAULT_CONFIG, type Duration, seconds } from '../alerts/config.ts';
import { events, indent, type Matchers, matching, series } from '../alerts/promql.ts';
import { histogram, LABEL, metric, PROCESS, PROCESSES, sumBy, TARGET, variables } from './selectors.ts';
import { histogramTotal, total } from './totals.ts';

export { histogram, histogramTotal, indent, LABEL, matching, metric, PROCESS, PROCESSES, total };

/** A rate per second, summed. */
export function rate<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
  return `${sumBy(by)} (rate(${metric(key, matchers)}[$__rate_interval]))`;
}

/** The rate per second of a histogram's `sum` or `count`, summed. */
export function histogramRate<K extends MetricKey>(
  key: K,
  part: 'bucket' | 'sum' | 'count',
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  return `${sumBy(by)} (rate(${histogram(key, part, matchers)}[$__rate_interval]))`;
}

/** A quantile of a histogram over time. */
export function quantile<K extends MetricKey>(
  phi: number,
  key: K,
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  // The comparison drops NaN, which is what a quantile of nothing is.
  return `histogram_quantile(${phi}, ${histogramRate(key, 'bucket', [...by, 'le'], matchers)}) >= 0`;
}

/** How many events a counter counted in the last `window`, exactly, as the rules count them. */
export function recent<K extends MetricKey>(
  key: K,
  window: Duration,
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  return events({ metric: key, window, by, matchers, extra: variables(key) });
}

/**
 * How many events a counter counted since the point before: the height of one bar. The bars of a graph add up
 * to the total, where `increase()` would draw neither the first event of a series nor whole numbers.
 * The same three operands as in the rules (`events`), for a window that Grafana chooses.
 */
export function perBar<K extends MetricKey>(
  key: K,
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  const counter = metric(key, matchers);
  const started = series('startTime', {}, PROCESS);
  const bar = '($__interval_ms / 1000)';
  const grace = seconds(DEFAULT_CONFIG.birthGrace);
  return [
    `${sumBy(by)} (`,
    `  (${counter} and ${TARGET} (time() - ${started} <= ${bar}))`,
    `  or (${counter} - ${counter} offset $__interval >= 0)`,
    `  or (${counter} and ${TARGET} (time() - ${started} <= ${bar} + ${grace} or ${started} offset $__interval))`,
    ')',
  ].join('\n');
}

/** Zero while there is telemetry; nothing without. */
export const ZERO: string = `0 * ${PROCESSES}`;

/** `expression`, or 0 while there is telemetry but nothing to count. */
export function orZero(expression: string): string {
  return `${expression}\nor on () ${ZERO}`;
}

/** `expression` with a 0 for each of `values` that it has no series for, while there is telemetry. */
export function orZeros(expression: string, label: string, values: readonly string[]): string {
  const zero = (value: string) => `or label_replace(${ZERO}, "${label}", "${value}", "", "")`;
  return [expression, ...values.map(zero)].join('\n');
}

/** `part / whole`, without a value where there is nothing to divide by. */
export function share(part: string, whole: string): string {
  return `(\n${indent(part)}\n)\n/ (\n${indent(whole)}\n  > 0\n)`;
}

/** `part / whole` by `labels`, 0 where the whole has something and the part does not. */
export function shareBy(part: string, whole: string, labels: readonly string[]): string {
  const on = `on (${labels.join(', ')})`;
  return `(\n${indent(part)}\n  or\n  0 *\n${indent(whole)}\n)\n/ ${on} (\n${indent(whole)}\n  > 0\n)`;
}

/** `expression` with `word` where `label` is missing or empty, so that a legend never is. */
export function named(expression: string, label: string, word: string): string {
  return `label_replace(\n${indent(expression)},\n  "${label}", ${JSON.stringify(word)}, "${label}", ""\n)`;
}

/** `expression` per hour, for {@link perBar}: the height of a bar does not change with the zoom. */
export function perHour(expression: string): string {
  return `${expression}\n* 3600 / ($__interval_ms / 1000)`;
}

/** `expression` per minute. */
export function perMinute(expression: string): string {
  return `${expression}\n* 60 / ($__interval_ms / 1000)`;
}
