/** Selectors of the metric catalogue, filtered by the variables of the dashboards. */

import { METRICS, type MetricKey } from '../../signals/catalogue.ts';
import { ATTR } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { histogramSeries, type Matchers, processLabels, prometheusLabel, series } from '../alerts/promql.ts';

/** Labels by the short name of their attribute, as PromQL and legends write them. */
export const LABEL: Readonly<Record<keyof typeof ATTR, string>> = Object.fromEntries(
  Object.entries(ATTR).map(([key, attribute]) => [key, prometheusLabel(attribute)]),
) as Record<keyof typeof ATTR, string>;

export const TARGET: string = `on (${processLabels(DEFAULT_CONFIG.targetLabels).join(', ')})`;
/** What every metric of ours can be filtered by. */
export const PROCESS: string = 'job=~"$job", instance=~"$instance"';

/** How many processes there are. */
export const PROCESSES: string = `count(${series('startTime', {}, PROCESS)})`;

/** The variables that can filter `key`: every series has a job and an instance, not every one a model or a method. */
export function variables(key: MetricKey): string {
  const attributes: readonly string[] = METRICS[key].attributes;
  const has = (attribute: string): boolean => attributes.includes(attribute);
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

/** `sum by (...)`, or `sum`. */
export function sumBy(by: readonly string[]): string {
  return by.length > 0 ? `sum by (${by.join(', ')})` : 'sum';
}
