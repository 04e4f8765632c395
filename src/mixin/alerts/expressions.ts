/** The queries that more than one rule uses, with the settings of one configuration filled in. */
import type { MetricKey } from '../../signals/catalogue.ts';
import { ATTR } from '../../signals/names.ts';
import { type AlertConfig, type Duration, seconds } from '../config.ts';
import { KIND, MODEL, RECORDS } from './names.ts';
import { histogramSeries, type Matchers, matching, recordSeries, series } from './promql.ts';

/** Queries for one configuration. */
export class Queries {
  readonly config: AlertConfig;
  /** Labels of a service, for `by (...)` and `on (...)`. */
  readonly service: string;
  /** Labels of a service and a model. */
  readonly serviceModel: string;
  /** Labels of a process. */
  readonly process: string;

  constructor(config: AlertConfig) {
    this.config = config;
    this.service = config.groupingLabels.join(', ');
    this.serviceModel = this.and(MODEL);
    this.process = this.and(...config.instanceLabels);
  }

  /** Labels of a service and `labels`. */
  and(...labels: readonly string[]): string {
    return [...this.config.groupingLabels, ...labels].join(', ');
  }

  /** A selector of a metric, with the configured matchers. */
  series<K extends MetricKey>(metric: K, matchers: Matchers<K> = {}): string {
    return series(metric, matchers, this.config.selector);
  }

  /** What a detection gauge last stated, also where its process ended since. */
  last<K extends MetricKey>(gauge: K, matchers: Matchers<K> = {}): string {
    return `last_over_time(${this.series(gauge, matchers)}[${this.config.lastSeen}])`;
  }

  /** The speed of one part of a histogram over 5 minutes, by service and model. */
  rate(
    histogram: 'inferenceDuration' | 'timeToFirstChunk',
    part: 'sum' | 'count',
    matchers: Matchers<'inferenceDuration'> = {},
  ): string {
    const selected = histogramSeries(histogram, part, matchers as object, this.config.selector);
    return `sum by (${this.serviceModel}) (rate(${selected}[5m]))`;
  }

  /** Attempts of some kinds as a share, above `limit`: of a model, or of the whole service where no model is above it. */
  attemptShare(kinds: string, limit: number): string {
    const matchers = { [ATTR.attemptKind]: kinds.includes('|') ? matching(kinds) : kinds };
    const above = (record: string) => `${recordSeries(record, 'recentAttempts', matchers)} > ${limit}`;
    return this.modelElseJob(above(RECORDS.modelAttemptRatio), above(RECORDS.attemptRatio), KIND);
  }

  /** `ofModel`, and `ofJob` for services (and `labels`) where it has nothing. */
  modelElseJob(ofModel: string, ofJob: string, ...labels: readonly string[]): string {
    return `${ofModel}\nor on (${this.and(...labels)})\n${ofJob}`;
  }

  /** The most common kind of failed attempts of the service of an alert in `window`, for a template. */
  leadingKind(window: Duration = '5m'): string {
    const { groupingLabels } = this.config;
    const matchers = [`${KIND}!="ok"`, ...groupingLabels.map((label) => `${label}=%q`)].join(', ');
    const attempts = `${RECORDS.attemptsByKind}{${matchers}}`;
    const counted = window === '5m' ? attempts : sumOver(attempts, window);
    const query = `topk(1, sum by (${KIND}) (${counted}) > 0)`;
    const labels = groupingLabels.map((label) => `$labels.${label}`).join(' ');
    return `printf \`${query}\` ${labels}`;
  }
}

/**
 * The sum of a record of 5 minutes over `window`: every fifth minute of it, so that each event counts once, however often the record is made.
 * A second less than the window, because Prometheus 2 counts both ends of a range and Prometheus 3 one.
 */
export function sumOver(record: string, window: Duration): string {
  return `sum_over_time(${record}${everyFiveMinutes(window)})`;
}

/** Every fifth minute of `window`, as the range of a subquery. */
export function everyFiveMinutes(window: Duration): string {
  return `[${seconds(window) - 1}s:5m]`;
}
