/**
 * Recording rules: the values that alerts look back on for hours or days. A record counts events of five
 * minutes exactly, and stays when its process is gone, so that sums of it lose no deploy.
 */
import { ATTR } from '../../src/signals/names.ts';
import { seconds } from './config.ts';
import type { Queries } from './expressions.ts';
import { histogramSeries, orZero } from './promql.ts';
import type { RecordRule } from './rule.ts';

/** Names of the records; `job` stands for the configured service labels. */
export const RECORDS = {
  calls: 'job:anthropic_client_calls:events5m',
  failedCalls: 'job:anthropic_client_calls_failed:events5m',
  cost: 'job:anthropic_client_cost_usd:events5m',
  hourlyCost: 'job:anthropic_client_cost_usd:events1h',
  duration: 'job_model:gen_ai_client_inference_duration:quantile5m',
  timeToFirstChunk: 'job_model:gen_ai_client_inference_time_to_first_chunk:quantile5m',
} as const;

/** Ended calls and failed calls, for the error budget. */
export function callRecords(q: Queries): RecordRule[] {
  return [
    { record: RECORDS.calls, expr: q.calls('5m', q.service) },
    // Zero while nothing fails: a sum over days needs the quiet days too.
    { record: RECORDS.failedCalls, expr: orZero(q.failedCalls('5m', q.service), RECORDS.calls) },
  ];
}

/** Estimated cost. */
export function costRecords(q: Queries): RecordRule[] {
  return [
    { record: RECORDS.cost, expr: q.events('cost', '5m', q.service) },
    { record: RECORDS.hourlyCost, expr: sumOfEvents(RECORDS.cost, 3600) },
  ];
}

/** Quantiles of the duration and of the time to the first chunk of successful calls, where there are enough of them. */
export function latencyRecords(q: Queries): RecordRule[] {
  return [
    { record: RECORDS.duration, expr: quantile(q, 'inferenceDuration', { [ATTR.errorType]: '' }) },
    { record: RECORDS.timeToFirstChunk, expr: quantile(q, 'timeToFirstChunk', {}) },
  ];
}

/**
 * The sum of a five-minute record over `span` seconds: every fifth minute of it, each event once. A second
 * less than the span, because Prometheus 2 counts both ends of a range and Prometheus 3 one.
 */
export function sumOfEvents(record: string, span: number): string {
  return `sum_over_time(${record}[${span - 1}s:5m])`;
}

function quantile(
  q: Queries,
  metric: 'inferenceDuration' | 'timeToFirstChunk',
  matchers: Parameters<typeof histogramSeries<'inferenceDuration'>>[2],
): string {
  const { window, quantile: phi, minCalls } = q.config.latency;
  const by = q.serviceModel.join(', ');
  const part = (name: 'bucket' | 'count') =>
    histogramSeries(metric, name, matchers as object, q.config.selector);
  return [
    `histogram_quantile(${phi}, sum by (${by}, le) (rate(${part('bucket')}[${window}])))`,
    `and on (${by}) sum by (${by}) (rate(${part('count')}[${window}])) * ${seconds(window)} >= ${minCalls}`,
  ].join('\n');
}
