/** Totals of the time range, which match the bill. */

import type { MetricKey } from '../../signals/catalogue.ts';
import { DEFAULT_CONFIG, seconds } from '../alerts/config.ts';
import { type Matchers, series } from '../alerts/promql.ts';
import { histogram, metric, PROCESS, sumBy, TARGET } from './selectors.ts';

/**
 * How many events a counter counted in the dashboard's time range: the total that matches the bill.
 *
 * `increase(x[$__range])` loses what a series counted before its first sample (every new pod, every new model)
 * and extrapolates the rest; `last_over_time` adds what was counted before the range. This one adds up, of each
 * series, three parts:
 * 1. where it ended, pods that are gone included;
 * 2. where its earlier lives ended, if its process restarted in place, under the same name;
 * 3. less where it was when the range began: nothing, for a process that began since; its first value, where its age
 *    is not known, because Prometheus did not see it when the range began.
 * The process's own start time tells lives apart, also where no value does (1, a restart, 1). A restart in place loses at
 * most one step (`$__interval`) of one process, and only if the new life outgrows the old one within that step.
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
  const grace = seconds(DEFAULT_CONFIG.birthGrace);
  const known = `${started} offset $__range == ${first}`;
  const dated = `(${known} or ${first} >= time() - $__range_s - ${grace})`;
  const restarted = `changes(${started}[$__range]) > 0`;
  const restarts = `(${started} > last_over_time(${started}[1h] offset $__interval))`;
  // An instant selector reads each sample once; a range selector copies its window at every step.
  const peak = `(max_over_time(${counter}[$__rate_interval]) and ${TARGET} ${restarts}) > ${counter}`;
  const last = `last_over_time(${counter}[1h] offset $__interval) and ${TARGET} ${restarts}`;
  return [
    `${sumBy(by)} (`,
    `  (increase(${counter}[$__range]) and ${TARGET} (${restarted} unless ${dated}))`,
    `  or last_over_time(${counter}[$__range])`,
    `  or label_replace(sum_over_time((${peak} or ${last})[$__range:$__interval]) and ${TARGET} (${restarted} and ${dated}), "part", "restarts", "", "")`,
    `  or label_replace(0 - ((${counter} offset $__range and ${TARGET} (${known})) or (min_over_time(${counter}[$__range]) unless ${TARGET} (${restarted} or ${dated}))), "part", "begin", "", "")`,
    ')',
  ].join('\n');
}
