/** Recording rules: what the processes counted in the last 5 minutes, added up, so that each gauge is read once. */
import { DURATION_BUCKETS } from '../../signals/catalogue/durations.ts';
import { ATTR, attributionAttribute } from '../../signals/names.ts';
import { seconds } from '../config.ts';
import type { Queries } from './expressions.ts';
import { KIND, LIMIT, MODEL, RECORDS, STOP_REASON } from './names.ts';
import { histogramSeries, matching, not, prometheusLabel, recordSeries } from './promql.ts';
import type { RecordRule } from './rule.ts';

const OUTCOME = prometheusLabel(ATTR.outcome);
const CANCELED_BY = prometheusLabel(ATTR.canceledBy);
/** Who canceled a call that the application's own timeout ended. */
const TIMEOUT = 'timeout';
/** Calls that the application canceled are neither good nor bad, and no rule reads them. */
const NOT_BY_APPLICATION = { [ATTR.canceledBy]: not('application') } as const;
/** Calls that ended by themselves. */
const ENDED = { [ATTR.outcome]: matching('ok|error') } as const;

/** Attempts that failed, other than for a rejected key: AnthropicAuthenticationFailed pages for them. */
export const FAILED_ATTEMPTS = { [ATTR.attemptKind]: { op: '!~', value: 'ok|authentication' } } as const;

/** Calls and attempts, by everything that an alert asks for. */
export function recentRecords(q: Queries): RecordRule[] {
  const { calls: minCalls, attempts: minAttempts } = q.config.minimumTraffic;
  const calls = (matchers: Parameters<typeof recordSeries<'recentCalls'>>[2]) =>
    recordSeries(RECORDS.callsByOutcome, 'recentCalls', matchers);
  const rejectedKey = recordSeries(RECORDS.attemptsByKind, 'recentAttempts', {
    [ATTR.attemptKind]: 'authentication',
  });
  const timedOut = calls({ [ATTR.canceledBy]: TIMEOUT });
  const timedOutRatio = (by: string) =>
    `sum by (${by}) (${timedOut})\n/ (sum by (${by}) (${calls(ENDED)} or ${timedOut}) >= ${minCalls})`;
  const attemptsOf = (by: string) => `(sum by (${by}) (${RECORDS.attemptsByKind}) >= ${minAttempts})`;
  return [
    {
      record: RECORDS.callsByOutcome,
      note: 'Calls that ended in the last 5 minutes, by outcome, except those that the application canceled. A process that has ended counts with its last value.',
      expr: `sum by (${q.and(MODEL, OUTCOME, CANCELED_BY)}) (${q.last('recentCalls', NOT_BY_APPLICATION)})`,
    },
    {
      record: RECORDS.attemptsByKind,
      note: 'Attempts that ended in the last 5 minutes, by kind.',
      expr: `sum by (${q.and(MODEL, KIND)}) (${q.last('recentAttempts')})`,
    },
    {
      record: RECORDS.exhausted,
      note: 'Calls that ran out of retries in the last 5 minutes.',
      expr: `sum by (${q.serviceModel}) (${q.last('recentRetriesExhausted')})`,
    },
    {
      record: RECORDS.modelCalls,
      note: 'Calls that ended by themselves in the last 5 minutes, by model.',
      expr: `sum by (${q.serviceModel}) (${calls(ENDED)})`,
    },
    {
      record: RECORDS.calls,
      note: 'The same for the whole service.',
      expr: `sum by (${q.service}) (${RECORDS.modelCalls})`,
    },
    {
      record: RECORDS.modelFailed,
      note: 'Calls that failed, except those with a 401: AnthropicAuthenticationFailed pages for them.',
      expr: `clamp_min(\n  sum by (${q.serviceModel}) (${calls({ [ATTR.outcome]: 'error' })} or -${rejectedKey}),\n  0\n)`,
    },
    {
      record: RECORDS.failed,
      note: 'The same for the whole service; 0 while nothing fails.',
      expr: `sum by (${q.service}) (${RECORDS.modelFailed}) or 0 * ${RECORDS.calls}`,
    },
    {
      record: RECORDS.modelFailedRatio,
      note: 'The share of calls of a model that failed, if there are enough calls.',
      expr: `${RECORDS.modelFailed} / (${RECORDS.modelCalls} >= ${minCalls})`,
    },
    {
      record: RECORDS.failedRatio,
      note: 'The share of calls of a service that failed, if there are enough calls.',
      expr: `${RECORDS.failed} / (${RECORDS.calls} >= ${minCalls})`,
    },
    {
      record: RECORDS.modelTimedOutRatio,
      note: "The share of calls of a model that the application's own timeout ended, if there are enough calls.",
      expr: timedOutRatio(q.serviceModel),
    },
    {
      record: RECORDS.timedOutRatio,
      note: "The share of calls of a service that the application's own timeout ended, if there are enough calls.",
      expr: timedOutRatio(q.service),
    },
    {
      record: RECORDS.modelAttemptRatio,
      note: 'The share of each kind among the attempts of a model, if there are enough attempts.',
      expr: `${RECORDS.attemptsByKind}\n/ on (${q.serviceModel}) group_left () ${attemptsOf(q.serviceModel)}`,
    },
    {
      record: RECORDS.attemptRatio,
      note: 'The share of each kind among the attempts of a service, if there are enough attempts.',
      expr: `sum by (${q.and(KIND)}) (${RECORDS.attemptsByKind})\n/ on (${q.service}) group_left () ${attemptsOf(q.service)}`,
    },
    {
      record: RECORDS.failedAttemptRatio,
      note: 'The share of failed attempts of a service, without 401s, however few there are.',
      expr: `sum by (${q.service}) (${recordSeries(RECORDS.attemptsByKind, 'recentAttempts', FAILED_ATTEMPTS)})\n/ sum by (${q.service}) (${RECORDS.attemptsByKind})`,
    },
    {
      record: RECORDS.headroom,
      note: 'The lowest headroom of each limit, which all replicas share.',
      expr: `min by (${q.and(MODEL, LIMIT)}) (${q.series('rateLimitHeadroom')})`,
    },
    {
      record: RECORDS.waiting,
      note: 'How long the oldest call waits for its first byte, as a quantile over the processes, so that one process of many does not decide.',
      expr: `quantile by (${q.serviceModel}) (${1 - q.config.hanging.processes}, ${q.series('oldestCallAge', { [ATTR.callPhase]: 'first_byte' })})`,
    },
  ];
}

/** Processes with failed attempts: in a healthy fleet there are none. */
export function replicaRecords(q: Queries): RecordRule[] {
  const failed = q.last('recentAttempts', FAILED_ATTEMPTS);
  return [
    {
      record: RECORDS.replicaFailed,
      note: 'Failed attempts of one process, without 401s, if there are enough.',
      expr: `sum by (${q.process}) (${failed}) >= ${q.config.replica.minFailed}`,
    },
  ];
}

/** How long calls take, once a minute: histograms have many series. */
export function latencyRecords(q: Queries): RecordRule[] {
  const { hanging, latency, minimumTraffic, selector } = q.config;
  const successful = { [ATTR.errorType]: '' } as const;
  // Most of the buckets are far below the shortest limit, and need not be read. Buckets of other boundaries are.
  const below = DURATION_BUCKETS.filter((bound) => bound <= hanging.floorSeconds / hanging.factor).slice(
    0,
    -1,
  );
  const matchers = [selector, ...(below.length > 0 ? [`le!~"${below.join('|')}"`] : [])].filter(Boolean);
  const buckets = histogramSeries('inferenceDuration', 'bucket', successful, matchers.join(', '));
  const window = seconds('5m');
  return [
    {
      record: RECORDS.waitLimit,
      note: `The wait after which a call to a model hangs: ${hanging.factor} times the 99th percentile of the successful calls of all running processes, at least ${hanging.floorSeconds} s.`,
      expr: `clamp_min(\n  ${hanging.factor} * (histogram_quantile(0.99, sum by (${q.and(MODEL, 'le')}) (${buckets})) > 0),\n  ${hanging.floorSeconds}\n)`,
    },
    {
      record: RECORDS.callRate,
      note: 'Successful calls per second.',
      expr: q.rate('inferenceDuration', 'count', successful),
    },
    {
      record: RECORDS.tokenRate,
      note: 'Output tokens per second.',
      expr: `sum by (${q.serviceModel}) (rate(${q.series('outputTokens')}[5m]))`,
    },
    {
      record: RECORDS.durationRate,
      note: 'The time that successful calls took, in seconds per second.',
      expr: q.rate('inferenceDuration', 'sum', successful),
    },
    {
      record: RECORDS.slowness,
      note: 'That time, divided by the allowed time for their output tokens, if there are enough calls.',
      expr: [
        RECORDS.durationRate,
        `/ (${latency.callSeconds} * ${RECORDS.callRate} + ${latency.secondsPerToken} * (${RECORDS.tokenRate} or 0 * ${RECORDS.callRate}))`,
        `and ${window} * ${RECORDS.callRate} >= ${minimumTraffic.calls}`,
      ].join('\n'),
    },
    {
      record: RECORDS.firstChunk,
      note: 'The mean time to the first chunk of a stream, if there are enough streams.',
      expr: `${window} * ${q.rate('timeToFirstChunk', 'sum')}\n/ (${window} * ${q.rate('timeToFirstChunk', 'count')} >= ${minimumTraffic.calls})`,
    },
  ];
}

/** Cost, counts of 5 minutes that only counters have, and what changes by the day, once a minute. */
export function usageRecords(q: Queries): RecordRule[] {
  const keys = [...new Set(q.config.spend.attribution.map(({ key }) => key))];
  const increase = (series: string, by: string) => `sum by (${by}) (increase(${series}[5m]))`;
  const cut = { [ATTR.stopReason]: matching(q.config.stopReasons.reasons.join('|')) };
  return [
    {
      record: RECORDS.cost,
      note: 'Estimated cost of the last 5 minutes, in USD.',
      expr: `sum by (${q.service}) (${q.last('recentCost')})`,
    },
    ...keys.map((key) => ({
      record: costByKeyRecord(key),
      note: `Estimated cost of the last 5 minutes in all services, in USD, by ${key}.`,
      expr: `sum by (${attributionLabel(key)}) (${q.last('recentCost')})`,
    })),
    {
      record: RECORDS.stopReasons,
      note: 'Calls of the last 5 minutes whose response was cut or withheld.',
      expr: increase(q.series('calls', cut), q.and(STOP_REASON)),
    },
    {
      record: RECORDS.cacheRead,
      note: 'Input tokens of the last 5 minutes that were read from the prompt cache.',
      expr: increase(q.series('cacheReadTokens'), q.serviceModel),
    },
    {
      record: RECORDS.input,
      note: 'Input tokens of the last 5 minutes.',
      expr: increase(q.series('inputTokens'), q.serviceModel),
    },
    {
      record: RECORDS.processes,
      note: 'Processes that report.',
      expr: `count by (${q.service}) (${q.series('startTime')})`,
    },
    {
      record: RECORDS.retirement,
      note: 'Days until a model in use retires.',
      expr: `min by (${q.serviceModel}) (${q.series('modelRetirementDays')})`,
    },
  ];
}

/** The record of the cost by the values of an attribution key. */
export function costByKeyRecord(key: string): string {
  return `${prometheusLabel(key)}:anthropic_client_cost:sum5m`;
}

/** The label of an attribution key. */
export function attributionLabel(key: string): string {
  return prometheusLabel(attributionAttribute(key));
}
