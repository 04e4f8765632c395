/** Selectors for the metrics of the catalogue, filtered by the dashboards' variables. */

import { METRICS, type MetricKey } from '../../../signals/catalogue.ts';
import { prometheusName } from '../../../signals/metric-definition.ts';
import { ATTR, PROCESS_LABEL } from '../../../signals/names.ts';
import { histogramSeries, type Matchers, prometheusLabel, series } from '../../alerts/promql.ts';
import type { AlertConfig } from '../../config.ts';

/** Labels by the short name of their attribute, as used in PromQL and legends. */
export const LABEL: Readonly<Record<keyof typeof ATTR, string>> = Object.fromEntries(
  Object.entries(ATTR).map(([key, attribute]) => [key, prometheusLabel(attribute)]),
) as Record<keyof typeof ATTR, string>;

/** The series of a histogram that a selector reads. */
export type Part = 'bucket' | 'sum' | 'count';

/** Selectors for one configuration. */
export class Selectors {
  readonly config: AlertConfig;
  /** The labels that identify a service. */
  readonly service: readonly string[];
  /** The labels that identify a target. */
  readonly process: readonly string[];
  /** Joins a series with the start time of its process. */
  readonly onProcess: string;
  /** The filter for every series of this package. */
  readonly filter: string;

  constructor(config: AlertConfig) {
    this.config = config;
    this.service = config.groupingLabels;
    this.process = [...this.service, ...config.instanceLabels];
    this.onProcess = `on (${[...this.process, PROCESS_LABEL].join(', ')})`;
    this.filter = [config.selector, ...this.process.map((label) => `${label}=~"$${label}"`)]
      .filter(Boolean)
      .join(', ');
  }

  /** The process starts with which counters are joined. The join applies all other filters. */
  get started(): string {
    return series('startTime', {}, [this.config.selector, 'job=~"$job"'].filter(Boolean).join(', '));
  }

  /** The filters of `key`. Every series has a service and an instance, but not every one has a model or a method. */
  filters(key: MetricKey): string {
    const attributes: readonly string[] = METRICS[key].attributes;
    return [
      this.filter,
      ...(attributes.includes(ATTR.requestModel) ? [`${LABEL.requestModel}=~"$model"`] : []),
      ...(attributes.includes(ATTR.method) ? [`${LABEL.method}=~"$method"`] : []),
    ].join(', ');
  }

  /** A selector for a metric, filtered by the dashboard's variables. */
  metric<K extends MetricKey>(key: K, matchers: Matchers<K> = {}): string {
    return series(key, matchers, this.filters(key));
  }

  /** A selector for a histogram's series, filtered by the dashboard's variables. */
  histogram<K extends MetricKey>(key: K, part: Part, matchers: Matchers<K> = {}): string {
    return histogramSeries(key, part, matchers, this.filters(key));
  }

  /** The number of processes that report. */
  get processes(): string {
    return `count(${this.metric('startTime')})`;
  }
}

/** The name of the record for {@link Selectors.metric}, or for a series of a histogram. */
export function recordName(key: MetricKey, part?: Part): string {
  const name = prometheusName(METRICS[key]);
  return `service:${part ? `${name}_${part}` : name.replace(/_total$/, '')}:events1m`;
}

/** `sum by (...)`, or `sum`. */
export function sumBy(by: readonly string[]): string {
  return by.length > 0 ? `sum by (${by.join(', ')})` : 'sum';
}
