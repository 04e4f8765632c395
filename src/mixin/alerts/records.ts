/**
 * Recording rules: the values that alerts look back on for hours or days. A record counts events of five
 * minutes exactly, and stays when its process is gone, so that sums of it lose no deploy.
 */
import { ATTR } from '../../signals/names.ts';
import { seconds } from './config.ts';
import { type Queries, RECORDS } from './expressions.ts';
import { histogramSeries, orZero, prometheusLabel } from './promql.ts';
import type { RecordRule } from './rule.ts';

const labels = (attributes: readonly string[]) => attributes.map(prometheusLabel);

/**
 * Ended calls and attempts of five minutes, by everything that an alert asks for: the counters of a large fleet
 * are read once, and the alerts read these.
 */
export function callRecords(q: Queries): RecordRule[] {
  const ofCalls = labels([ATTR.outcome, ATTR.fault, ATTR.stream]);
  const ofAttempts = labels([ATTR.disposition, ATTR.httpStatus, ATTR.errorType, ATTR.fault]);
  return [
    { record: RECORDS.callsByKind, expr: q.events('calls', '5m', [...q.serviceModel, ...ofCalls]) },
    { record: RECORDS.attemptsByKind, expr: q.events('attempts', '5m', [...q.serviceModel, ...ofAttempts]) },
  ];
}

/** Ended calls and failed calls of a service, for the error budget. */
export function errorBudgetRecords(q: Queries): RecordRule[] {
  return [
    { record: RECORDS.calls, expr: q.calls('5m', q.service) },
    // Zero while nothing fails: a sum over days needs the quiet days too.
    {
      record: RECORDS.failedCalls,
      expr: orZero(q.calls('5m', q.service, { [ATTR.outcome]: 'error' }), RECORDS.calls),
    },
  ];
}

/** The lowest share that is left of each limit. */
export function headroomRecords(q: Queries): RecordRule[] {
  const by = [...q.serviceModel, prometheusLabel(ATTR.rateLimit)].join(', ');
  return [
    {
      record: RECORDS.headroom,
      expr: [
        '# All replicas share the limit, so the lowest reading counts. One that was reset since tells nothing.',
        `min by (${by}) (`,
        `  ${q.series('rateLimitRemaining')} and ${q.series('rateLimitResetTime')} > time()`,
        ')',
        `/ max by (${by}) (${q.series('rateLimitLimit')})`,
      ].join('\n'),
    },
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

/** How long the oldest process of a service has run. */
export function uptimeRecords(q: Queries): RecordRule[] {
  return [
    { record: RECORDS.uptime, expr: `time() - min by (${q.service.join(', ')}) (${q.series('startTime')})` },
  ];
}
