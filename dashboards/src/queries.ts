/**
 * The queries of the panels, from the metric catalogue. Rules and panels share the same helpers and the same
 * thresholds; what is here is what only a dashboard needs: its variables, its time range, its bars.
 */
import { DEFAULT_CONFIG, type Duration, seconds } from '../../alerts/src/config.ts';
import {
  events,
  histogramSeries,
  indent,
  type Matchers,
  matching,
  prometheusLabel,
  series,
} from '../../alerts/src/promql.ts';
import { METRICS, type MetricKey } from '../../src/signals/catalogue.ts';
import { ATTR } from '../../src/signals/names.ts';

export { indent, matching };

/** Labels by the short name of their attribute, as PromQL and legends write them. */
export const LABEL: Readonly<Record<keyof typeof ATTR, string>> = Object.fromEntries(
  Object.entries(ATTR).map(([key, attribute]) => [key, prometheusLabel(attribute)]),
) as Record<keyof typeof ATTR, string>;

const TARGET = `on (${DEFAULT_CONFIG.targetLabels.join(', ')})`;
/** What every metric of ours can be filtered by. */
export const PROCESS = 'job=~"$job", instance=~"$instance"';

/** How many processes there are. */
export const PROCESSES: string = `count(${series('startTime', {}, PROCESS)})`;

/** The variables that can filter `key`: every series has a job and an instance, not every one a model or a method. */
function variables(key: MetricKey): string {
  const has = (attribute: string): boolean => METRICS[key].attributes.includes(attribute);
  return [
    PROCESS,
    ...(has(ATTR.requestModel) ? [`${LABEL.requestModel}=~"$model"`] : []),
    ...(has(ATTR.method) ? [`${LABEL.method}=~"$method"`] : []),
  ].join(', ');
}

/** A selector of one metric, filtered by the dashboard's variables. */
export function metric<K extends MetricKey>(key: K, matchers: Matchers<K> = {}): string {
  return series(key, matchers, variables(key));
}

/** A selector of one series of a histogram, filtered by the dashboard's variables. */
export function histogram<K extends MetricKey>(
  key: K,
  part: 'bucket' | 'sum' | 'count',
  matchers: Matchers<K> = {},
): string {
  return histogramSeries(key, part, matchers, variables(key));
}

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

/**
 * How many events a counter counted in the dashboard's time range: the total that matches the bill.
 *
 * `increase(x[$__range])` loses what a series counted before its first sample (every new pod, every new model)
 * and extrapolates the rest; `last_over_time` adds what was counted before the range. This one takes, of each
 * series, where it ended less where it was when the range began, and knows from the process's own start time
 * what "where it was" means:
 * 1. its value when the range began, if that was still the life that the range begins with;
 * 2. nothing, if the process began within the range, or was there before the series was;
 * 3. its first value, if its age is not known: the process was away when the range began.
 * A process that restarted in place, under the same name, ended twice: where its lives before the last ended
 * counts too. That is the peak before a reset where one can be seen. Where the new life outgrew the old one between two
 * samples, or only looks like it (1, a restart, 1), it is what the counter was at the last step before the
 * restart; and where neither can be told, `increase()`.
 */
export function total<K extends MetricKey>(
  key: K,
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  return totalOf(metric(key, matchers), by);
}

/** {@link total} of a histogram's `bucket`, `sum` or `count`. */
export function histogramTotal<K extends MetricKey>(
  key: K,
  part: 'bucket' | 'sum' | 'count',
  by: readonly string[],
  matchers: Matchers<K> = {},
): string {
  return totalOf(histogram(key, part, matchers), by);
}

function totalOf(counter: string, by: readonly string[]): string {
  const started = series('startTime', {}, PROCESS);
  const first = `min_over_time(${started}[$__range])`;
  const last = `last_over_time(${counter}[$__range])`;
  const known = `${started} offset $__range == ${first}`;
  const grace = seconds(DEFAULT_CONFIG.birthGrace);
  const restarted = `${started} > last_over_time(${started}[1h] offset $__interval)`;
  const before = `(last_over_time(${counter}[1h] offset $__interval) and ${TARGET} (${restarted}))`;
  const unseen = `sum_over_time(${before}[$__range:$__interval])`;
  const end = [
    `  (${last} + ${unseen} and ${TARGET} changes(${started}[$__range]) > 0 unless resets(${counter}[$__range]) > 0)`,
    `  or (${last} unless resets(${counter}[$__range]) > 0)`,
    `  or (${last} + (max_over_time(${counter}[$__range]) > ${last}) and resets(${counter}[$__range]) == 1)`,
  ];
  const begin = [
    `  (${counter} offset $__range and ${TARGET} (${known}))`,
    `  or (0 * ${last} and ${TARGET} (${known} or ${first} >= time() - $__range_s - ${grace}))`,
    `  or (min_over_time(${counter}[$__range]) unless resets(${counter}[$__range]) > 0)`,
  ];
  return [
    `${sumBy(by)} (`,
    `  (`,
    ...end.map((line) => indent(line)),
    '  ) - (',
    ...begin.map((line) => indent(line)),
    '  )',
    `  or increase(${counter}[$__range])`,
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

/** `sum by (...)`, or `sum`. */
export function sumBy(by: readonly string[]): string {
  return by.length > 0 ? `sum by (${by.join(', ')})` : 'sum';
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
