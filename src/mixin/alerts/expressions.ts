/** The queries that more than one rule uses, with the settings of one configuration filled in. */
import type { MetricKey } from '../../signals/catalogue.ts';
import { ATTR } from '../../signals/names.ts';
import type { AlertConfig, Duration } from './config.ts';
import {
  events,
  type Matchers,
  matching,
  not,
  prometheusLabel,
  recordSeries,
  series,
  sumOfTiles,
} from './promql.ts';

/** The label that names the model. */
export const MODEL: string = prometheusLabel(ATTR.requestModel);
/** The label that names the path of the API. */
export const ROUTE: string = prometheusLabel(ATTR.httpRoute);

/** Names of the records; `job` stands for the configured service labels. */
export const RECORDS = {
  callsByKind: 'job_model_outcome:anthropic_client_calls:events5m',
  attemptsByKind: 'job_model_status:anthropic_client_attempts:events5m',
  calls: 'job:anthropic_client_calls:events5m',
  failedCalls: 'job:anthropic_client_calls_failed:events5m',
  headroom: 'job_model_limit:anthropic_client_rate_limit_headroom:min',
  cost: 'job:anthropic_client_cost_usd:events5m',
  hourlyCost: 'job:anthropic_client_cost_usd:events1h',
  duration: 'job_model:gen_ai_client_inference_duration:quantile5m',
  uptime: 'job:anthropic_client_uptime_seconds:max',
  timeToFirstChunk: 'job_model:gen_ai_client_inference_time_to_first_chunk:quantile5m',
} as const;

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

  /** Ended calls. One that the application canceled is neither good nor bad, and does not count in a rate. */
  calls(
    window: Duration,
    by: readonly string[],
    matchers: Matchers<'calls'> = { [ATTR.outcome]: matching('ok|error') },
  ): string {
    return sumOfTiles(recordSeries(RECORDS.callsByKind, 'calls', matchers), window, by);
  }

  /** Attempts that got an answer, or should have got one. */
  attempts(
    window: Duration,
    by: readonly string[],
    matchers: Matchers<'attempts'> = { [ATTR.disposition]: not('canceled') },
  ): string {
    return sumOfTiles(recordSeries(RECORDS.attemptsByKind, 'attempts', matchers), window, by);
  }
}
