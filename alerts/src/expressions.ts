/** The queries that more than one rule uses, with the settings of one configuration filled in. */
import type { MetricKey } from '../../src/signals/catalogue.ts';
import { ATTR } from '../../src/signals/names.ts';
import type { AlertConfig, Duration } from './config.ts';
import { events, type Matchers, matching, not, prometheusLabel, series } from './promql.ts';

/** The label that names the model. */
export const MODEL: string = prometheusLabel(ATTR.requestModel);
/** The label that names the path of the API. */
export const ROUTE: string = prometheusLabel(ATTR.httpRoute);

/** Queries for one configuration. */
export class Queries {
  readonly config: AlertConfig;
  /** Labels of a service: what an alert is about when it names no model. */
  readonly service: readonly string[];
  /** Labels of a service and a model. */
  readonly serviceModel: readonly string[];

  constructor(config: AlertConfig) {
    this.config = config;
    this.service = config.serviceLabels;
    this.serviceModel = [...config.serviceLabels, MODEL];
  }

  /** A selector of a metric, with the configured matchers. */
  series<K extends MetricKey>(metric: K, matchers: Matchers<K> = {}): string {
    return series(metric, matchers, this.config.selector);
  }

  /** Events of a counter in a window: see `events`. */
  events<K extends MetricKey>(
    metric: K,
    window: Duration,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): string {
    const { selector: extra, targetLabels, birthGrace } = this.config;
    return events({ metric, window, by, matchers, extra, targetLabels, birthGrace });
  }

  /** Ended calls that count in a rate: a call that the application canceled is neither good nor bad. */
  calls(window: Duration, by: readonly string[]): string {
    return this.events('calls', window, by, { [ATTR.outcome]: matching('ok|error') });
  }

  /** Calls that failed after all retries. */
  failedCalls(window: Duration, by: readonly string[]): string {
    return this.events('calls', window, by, { [ATTR.outcome]: 'error' });
  }

  /** Attempts that got an answer, or should have got one. */
  attempts(window: Duration, by: readonly string[]): string {
    return this.events('attempts', window, by, { [ATTR.disposition]: not('canceled') });
  }
}
