/** Attempts that fail, which retries hide; time; money; responses; telemetry. */

import { ATTR } from '../../../src/signals/names.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import {
  type CallSpec,
  HAIKU,
  type Kind,
  OPUS,
  type ProcessSpec,
  seriesOf,
  traffic,
  type ValueAt,
} from '../support/simulate.ts';

const one = (spec: ProcessSpec): ProcessSpec[] => [spec];
/** Calls whose first attempt fails in some, and whose second one is accepted. */
const retried = (kind: Kind, perMinute: number, from: number, to: number, model = OPUS): CallSpec[] =>
  traffic(perMinute, { from, to, attempts: [kind, 'ok'], model });

const RETRIES: readonly Scenario[] = [
  ...(
    [
      ['overloaded', 'anthropic'],
      ['broken_stream', 'anthropic'],
      ['network', 'network'],
      ['timeout', 'network'],
    ] as const
  ).map(
    ([kind, condition]): Scenario => ({
      name: `8 % of the attempts fail with ${kind}, which retries hide`,
      processes: one({ calls: [...traffic(92, { to: 3600 }), ...retried(kind, 8, 1200, 3000)] }),
      shows: ['anthropic_attempt_kind'],
      checks: [
        // More than 5 % of the window after some 210 s, and for 10 minutes since.
        ...silent(1200, 1980, 120),
        ...during(2085, 3000, [`AnthropicRetriesElevated/${condition} anthropic_attempt_kind=${kind}`], 183),
        ...silent(3585, 3600, 15),
      ],
    }),
  ),
  {
    name: '5xx responses that retries hide: a ticket, beside the page for runs',
    processes: one({ calls: [...traffic(92, { to: 2700 }), ...retried('server_error', 8, 1200, 2700)] }),
    checks: during(2100, 2700, ['AnthropicRetriesElevated/anthropic'], 200),
  },
  {
    name: '4 % of the attempts are overloaded',
    processes: one({ calls: [...traffic(92, { to: 2400 }), ...retried('overloaded', 4, 900, 2400)] }),
    checks: silent(1200, 2400, 300),
  },
  {
    name: 'a burst of overload for 2 minutes',
    processes: one({ calls: [...traffic(60, { to: 2400 }), ...retried('overloaded', 30, 1200, 1320)] }),
    checks: silent(1200, 2400, 75),
  },
  {
    name: 'all attempts of a quiet service are overloaded, below the minimum of 40 attempts',
    processes: one({ calls: retried('overloaded', 3, 900, 2400) }),
    checks: silent(1200, 2400, 300),
  },
  {
    name: '10 models with 2 calls a minute each, a third of their attempts overloaded: the total of the service',
    processes: one({
      calls: Array.from({ length: 10 }, (_, i) =>
        retried('overloaded', 2, 900, 2400, `claude-model-${i}`),
      ).flat(),
    }),
    shows: ['gen_ai_request_model'],
    checks: during(1800, 2400, ['AnthropicRetriesElevated/anthropic'], 300),
  },
];

const headroom = (value: ValueAt, model = OPUS): Record<string, ValueAt> => ({
  [seriesOf('rateLimitHeadroom', { [ATTR.requestModel]: model, [ATTR.rateLimit]: 'tokens' })]: value,
});
const LIMITS: readonly Scenario[] = [
  {
    name: 'a minute in which every attempt gets a 429: a ticket at once, no page',
    processes: one({
      calls: [
        ...traffic(60, { to: 1200 }),
        ...traffic(120, { from: 1200, to: 1260, attempts: ['rate_limit', 'ok'] }),
        ...traffic(60, { from: 1260, to: 2400 }),
      ],
    }),
    checks: [
      ...silent(1080, 1200, 60),
      ...during(1245, 1500, ['AnthropicRateLimitPressure/rejected'], 85),
      ...silent(1875, 2400, 105),
    ],
  },
  {
    name: '120 of 100,000 attempts get a 429 in a minute',
    processes: one({ calls: [...traffic(20_000, { to: 2400 }), ...retried('rate_limit', 120, 1200, 1260)] }),
    checks: silent(1200, 2400, 75),
  },
  {
    name: '10 % of the attempts get a 429: at the limit',
    processes: one({
      calls: [...traffic(80, { to: 2400 }), ...traffic(10, { to: 2400, attempts: ['rate_limit', 'ok'] })],
    }),
    checks: silent(900, 2400, 300),
  },
  {
    name: 'one model of two gets a 429 for half of its attempts, the other is healthy',
    processes: one({
      calls: [...traffic(2000, { to: 2000, model: HAIKU }), ...retried('rate_limit', 20, 1200, 2000)],
    }),
    shows: ['gen_ai_request_model'],
    checks: during(1500, 2000, [`AnthropicRateLimitPressure/rejected gen_ai_request_model=${OPUS}`], 100),
  },
  {
    name: 'less than 10 % of a limit is left for 15 minutes, as the lowest of two replicas shows',
    processes: [
      {
        labels: { job: 'app', instance: 'a' },
        metrics: headroom((now) => (now >= 1200 && now < 2100 ? 0.09 : 0.5)),
      },
      { labels: { job: 'app', instance: 'b' }, metrics: headroom(() => 0.5) },
    ],
    shows: ['anthropic_rate_limit_type'],
    checks: [
      ...silent(1200, 1770, 30),
      ...during(1785, 2100, ['AnthropicRateLimitPressure/headroom anthropic_rate_limit_type=tokens'], 60),
      ...during(2115, 2370, ['AnthropicRateLimitPressure/headroom anthropic_rate_limit_type=tokens'], 85),
      ...silent(2415, 2700, 95),
    ],
  },
  {
    name: '10 % of a limit is left, and it is used up for 9 minutes now and then',
    processes: one({ metrics: headroom((now) => (now % 1200 < 540 ? 0 : 0.1)) }),
    checks: silent(900, 4800, 195),
  },
  {
    name: 'a call waits 50 minutes for its retry, because the API asked for it',
    processes: one({ open: [{ from: 1201, to: 4200, phase: 'retry_wait' }] }),
    shows: ['gen_ai_request_model'],
    checks: [
      ...silent(1200, 1500),
      ...during(1515, 4200, [`AnthropicRateLimitPressure/retry_wait gen_ai_request_model=${OPUS}`], 179),
      ...silent(4515, 4800, 95),
    ],
  },
];

const INVALID: readonly Scenario[] = [
  {
    name: '6 of 100 attempts are invalid',
    processes: one({
      calls: [
        { at: 1201, count: 94 },
        { at: 1201, count: 6, attempts: ['invalid'] },
      ],
    }),
    checks: [
      { at: 1200, firing: [] },
      ...during(1215, 1785, ['AnthropicHighErrorRate', 'AnthropicRequestsRejected/invalid'], 190),
      ...silent(1815, 2100, 95),
    ],
  },
  {
    name: '5 of 100 attempts are invalid, and 3 of 39',
    processes: one({
      calls: [
        { at: 1201, count: 95 },
        { at: 1201, count: 5, attempts: ['invalid'] },
      ],
    }),
    checks: silent(1200, 1800),
  },
  {
    name: 'all of 19 attempts are invalid, which are few',
    processes: one({
      calls: [
        { at: 1201, count: 4, attempts: ['invalid'] },
        { at: 1201, count: 15 },
      ],
    }),
    checks: silent(1200, 1800),
  },
];

const bounds = ['0.64', '1.28', '2.56', '5.12', '10.24', '20.48', '40.96', '81.92', '163.84', '+Inf'];
/** Successful calls of a model that take `seconds` each and write `tokens`, `perSecond` of them. */
export function durations(
  perSecond: (now: number) => number,
  seconds: (now: number) => number,
  tokens: number,
  { step = 15, model = OPUS, until = 20_000 } = {},
): Record<string, ValueAt> {
  const table: { count: number; sum: number; tokens: number; buckets: number[] }[] = [];
  let last = { count: 0, sum: 0, tokens: 0, buckets: bounds.map(() => 0) };
  for (let now = 0; now <= until; now += step) {
    const calls = perSecond(now) * step;
    const took = seconds(now);
    last = {
      count: last.count + calls,
      sum: last.sum + calls * took,
      tokens: last.tokens + calls * tokens,
      buckets: last.buckets.map(
        (value, i) => value + (bounds[i] === '+Inf' || took <= Number(bounds[i]) ? calls : 0),
      ),
    };
    table.push(last);
  }
  const at = (now: number) => table[Math.floor(now / step)] ?? last;
  const of = { [ATTR.requestModel]: model };
  const histogram = (key: 'inferenceDuration' | 'timeToFirstChunk') => ({
    [seriesOf(key, of, '_count')]: (now: number) => at(now).count,
    [seriesOf(key, of, '_sum')]: (now: number) => at(now).sum,
  });
  return {
    ...histogram('inferenceDuration'),
    [seriesOf('outputTokens', of)]: (now) => at(now).tokens,
    ...Object.fromEntries(
      bounds.map((le, i) => [
        seriesOf('inferenceDuration', of, '_bucket').replace('}', `,le="${le}"}`),
        (now: number) => at(now).buckets[i],
      ]),
    ),
  };
}
/** Streams whose first chunk takes `seconds`, one a second. */
function firstChunks(seconds: (now: number) => number): Record<string, ValueAt> {
  const of = { [ATTR.requestModel]: OPUS };
  const sums: number[] = [0];
  for (let now = 1; now < 20_000; now++) sums.push((sums[now - 1] ?? 0) + seconds(now));
  return {
    [seriesOf('timeToFirstChunk', of, '_count')]: (now) => now,
    [seriesOf('timeToFirstChunk', of, '_sum')]: (now) => sums[now],
  };
}
const fast = durations(
  () => 1,
  () => 4,
  200,
);
const HANGS = 'AnthropicCallsHanging';

const WAITING: readonly Scenario[] = [
  {
    name: 'the API hangs: the calls of half of the processes wait for their first byte',
    processes: [
      { labels: { job: 'app', instance: 'a' }, metrics: fast, open: [{ from: 1201, to: 2400 }] },
      { labels: { job: 'app', instance: 'b' }, metrics: fast, open: [{ from: 1201, to: 2400 }] },
      {
        labels: { job: 'app', instance: 'c' },
        open: [{ from: 1, to: 2400 }].map(() => ({ from: 2390, to: 2400 })),
      },
    ],
    shows: ['gen_ai_request_model'],
    checks: [
      ...silent(1200, 1320),
      ...during(1335, 2390, [`${HANGS}/no_response gen_ai_request_model=${OPUS}`], 175),
      ...silent(2715, 2800, 15),
    ],
  },
  {
    name: 'one process of ten has one call that hangs',
    processes: [
      { labels: { job: 'app', instance: 'a' }, metrics: fast, open: [{ from: 1201, to: 2400 }] },
      ...Array.from({ length: 9 }, (_, i) => ({
        labels: { job: 'app', instance: `pod-${i}` },
        open: Array.from({ length: 80 }, (__, j) => ({ from: j * 40, to: j * 40 + 10 })),
      })),
    ],
    checks: silent(1200, 2400, 300),
  },
  {
    name: 'calls of a model that usually takes 80 s wait for 150 s',
    processes: one({
      metrics: durations(
        () => 0.2,
        () => 80,
        2000,
      ),
      open: Array.from({ length: 20 }, (_, i) => ({ from: i * 150, to: i * 150 + 150 })),
    }),
    checks: silent(1200, 2700, 75),
  },
  {
    name: 'a stream of an hour',
    processes: one({ metrics: fast, open: [{ from: 1201, to: 4801, phase: 'streaming' }] }),
    checks: silent(1200, 4800, 300),
  },
  {
    name: 'an idle batch process that made calls before',
    processes: one({ metrics: fast, open: [{ from: 100, to: 130 }], calls: [{ at: 130 }] }),
    checks: silent(900, 2400, 300),
  },
  {
    name: 'the first call of a new model waits for 4 minutes, and another one for 6',
    processes: one({
      open: [
        { from: 1201, to: 1441 },
        { from: 1500, to: 1860 },
      ],
    }),
    checks: [
      ...silent(1200, 1800),
      ...during(1815, 2145, [`${HANGS}/no_response`], 115),
      ...silent(2175, 2400),
    ],
  },
  {
    name: 'every call is ended by the timeout of the application',
    processes: one({
      calls: [...traffic(60, { to: 1200 }), ...traffic(60, { from: 1200, to: 2400, canceledBy: 'timeout' })],
    }),
    shows: ['gen_ai_request_model'],
    checks: [
      ...silent(1080, 1260),
      ...during(1320, 2955, [`${HANGS}/timed_out gen_ai_request_model=${OPUS}`], 109),
      ...silent(3015, 3060),
    ],
  },
  {
    name: '10 models, whose 5 calls a minute all time out: the total of the service',
    processes: one({
      calls: Array.from({ length: 10 }, (_, i) =>
        traffic(3, { to: 2400, model: `claude-model-${i}`, canceledBy: 'timeout' }),
      ).flat(),
    }),
    shows: ['gen_ai_request_model'],
    checks: during(900, 2400, [`${HANGS}/timed_out`], 300),
  },
  {
    name: 'users cancel every call, and 20 % of the others time out',
    processes: one({
      calls: [
        ...traffic(60, { to: 2400, canceledBy: 'application' }),
        ...traffic(40, { to: 2400 }),
        ...traffic(10, { to: 2400, canceledBy: 'timeout' }),
      ],
    }),
    checks: silent(900, 2400, 300),
  },
  {
    name: '19 calls time out, which are few',
    processes: one({ calls: [{ at: 1201, count: 19, canceledBy: 'timeout' }] }),
    checks: silent(1200, 1800),
  },
  {
    name: 'short responses become slow for good: the ticket stays open',
    processes: one({
      metrics: durations(
        () => 1,
        (now) => (now >= 1200 ? 30 : 4),
        200,
      ),
    }),
    scrape: 30,
    shows: ['gen_ai_request_model'],
    checks: [
      ...silent(900, 1800, 300),
      ...during(2100, 9000, [`AnthropicSlowCalls/duration gen_ai_request_model=${OPUS}`], 690),
    ],
  },
  {
    name: 'a nightly batch of long responses: 90 s for 3000 tokens',
    processes: one({
      metrics: durations(
        (now) => (now >= 1200 && now < 6000 ? 1 : 0.1),
        (now) => (now >= 1200 && now < 6000 ? 90 : 4),
        3000,
      ),
    }),
    scrape: 30,
    checks: silent(900, 7200, 300),
  },
  {
    name: 'few slow calls: 19 in 5 minutes',
    processes: one({
      metrics: durations(
        () => 19 / 300,
        () => 60,
        100,
      ),
    }),
    scrape: 30,
    checks: silent(900, 4200, 300),
  },
  {
    name: 'the first chunk of a stream takes 12 s instead of 2',
    processes: one({ metrics: firstChunks((now) => (now >= 1200 && now < 3000 ? 12 : 2)) }),
    checks: [
      ...silent(1200, 1800, 120),
      ...during(2160, 3000, ['AnthropicSlowCalls/first_chunk'], 120),
      ...silent(3600, 3900),
    ],
  },
];

const cost = (calls: readonly CallSpec[], more: Partial<ProcessSpec> = {}): ProcessSpec[] =>
  one({ calls, ...more });
const HOURS = 3600;
const MONEY: readonly Scenario[] = [
  {
    name: 'an hourly batch of 2 minutes for 30 USD, in pods of its own: 600 USD are exceeded after 20 hours',
    scrape: 60,
    evaluate: 300,
    processes: Array.from({ length: 26 }, (_, i) => ({
      labels: { job: 'app', instance: `batch-${i}` },
      start: i * HOURS + 600,
      end: i * HOURS + 730,
      calls: traffic(60, { from: i * HOURS + 600, to: i * HOURS + 720, usd: 30 / 120 }),
    })),
    checks: [
      ...silent(600, 20 * HOURS, 3600),
      ...during(20 * HOURS + 1800, 25 * HOURS, ['AnthropicSpendHigh/service'], 3600),
    ],
  },
  {
    name: 'one hour of 560 USD a night',
    scrape: 60,
    evaluate: 300,
    processes: cost([
      ...traffic(60, { from: HOURS, to: 2 * HOURS, usd: 560 / 3600 }),
      ...traffic(60, { from: 25.5 * HOURS, to: 26.5 * HOURS, usd: 560 / 3600 }),
    ]),
    checks: silent(600, 26.5 * HOURS, 1800),
  },
  {
    name: 'one hour of 620 USD, until it is a day ago',
    scrape: 60,
    evaluate: 300,
    processes: cost(traffic(60, { from: HOURS, to: 2 * HOURS, usd: 620 / 3600 })),
    checks: [
      ...silent(600, 1.9 * HOURS, 600),
      ...during(2.1 * HOURS, 24.9 * HOURS, ['AnthropicSpendHigh/service'], 1800),
      ...silent(25.3 * HOURS, 27 * HOURS, 1800),
    ],
  },
];

/** Calls and stop reasons of a service, `perSecond` of each. */
const stops = (reason: string, share: (now: number) => number): ProcessSpec => {
  const totals: number[] = [0];
  for (let i = 1; i < 9000; i++) totals.push((totals[i - 1] ?? 0) + 60 * share(i * 60));
  return {
    calls: traffic(60, { to: 100 * HOURS, every: 60 }),
    metrics: {
      [seriesOf('calls', { [ATTR.stopReason]: reason, [ATTR.outcome]: 'ok' })]: (now) =>
        totals[Math.floor(now / 60)],
    },
  };
};
const tokens = (share: (now: number) => number, model = OPUS): ProcessSpec => {
  const totals: number[] = [0];
  for (let i = 1; i < 9000; i++) totals.push((totals[i - 1] ?? 0) + 6000 * share(i * 60));
  const of = { [ATTR.requestModel]: model };
  return {
    metrics: {
      [seriesOf('inputTokens', of)]: (now) => (now / 60) * 6000,
      [seriesOf('cacheReadTokens', of)]: (now) => totals[Math.floor(now / 60)],
    },
  };
};
const days = (left: ValueAt): ProcessSpec => ({
  metrics: { [seriesOf('modelRetirementDays', { [ATTR.requestModel]: OPUS })]: left },
});
const substituted = (value: ValueAt, more: Partial<ProcessSpec> = {}, cause = 'other'): ProcessSpec => ({
  ...more,
  metrics: {
    [seriesOf('fallbacks', {
      [ATTR.fallbackFrom]: OPUS,
      [ATTR.fallbackTo]: HAIKU,
      [ATTR.fallbackCause]: cause,
    })]: value,
  },
});
const slowly = { scrape: 60, evaluate: 300 } as const;
const RESPONSES: readonly Scenario[] = [
  {
    ...slowly,
    name: 'refusals rise from 1 % to 12 %, and stay: the ticket stays open for a day',
    processes: one(stops('refusal', (now) => (now > 30 * HOURS ? 0.12 : 0.01))),
    shows: ['anthropic_stop_reason'],
    checks: [
      ...silent(10 * HOURS, 30 * HOURS, 7200),
      ...during(
        31.2 * HOURS,
        38 * HOURS,
        ['AnthropicResponsesChanged/stop_reasons anthropic_stop_reason=refusal'],
        3600,
      ),
    ],
  },
  {
    ...slowly,
    name: '30 % of the responses always end with max_tokens',
    processes: one(stops('max_tokens', () => 0.3)),
    checks: silent(2 * HOURS, 30 * HOURS, 7200),
  },
  {
    ...slowly,
    name: 'refusals rise from 1 % to 6 %',
    processes: one(stops('refusal', (now) => (now > 30 * HOURS ? 0.06 : 0.01))),
    checks: silent(10 * HOURS, 40 * HOURS, 7200),
  },
  {
    ...slowly,
    name: 'the share read from the prompt cache falls from 80 % to 10 %',
    processes: one(tokens((now) => (now > 30 * HOURS ? 0.1 : 0.8))),
    shows: ['gen_ai_request_model'],
    checks: [
      ...silent(10 * HOURS, 30 * HOURS, 7200),
      ...during(
        31.2 * HOURS,
        40 * HOURS,
        [`AnthropicResponsesChanged/cache_hits gen_ai_request_model=${OPUS}`],
        3600,
      ),
    ],
  },
  {
    ...slowly,
    name: 'the share read from the prompt cache falls from 80 % to 45 %, and from 15 % to 0',
    processes: [
      { labels: { job: 'a', instance: 'a' }, ...tokens((now) => (now > 30 * HOURS ? 0.45 : 0.8)) },
      { labels: { job: 'b', instance: 'b' }, ...tokens((now) => (now > 30 * HOURS ? 0 : 0.15)) },
    ],
    checks: silent(10 * HOURS, 40 * HOURS, 7200),
  },
  {
    name: 'a model that was not asked for responds, in a new process',
    processes: one(substituted((now) => (now >= 1300 ? 2 : undefined), { start: 1250 })),
    shows: ['anthropic_fallback_to_model'],
    checks: [
      ...silent(1200, 1290, 45),
      ...during(1305, 4890, [`AnthropicResponsesChanged/model anthropic_fallback_to_model=${HAIKU}`], 255),
      ...silent(5220, 5400),
    ],
  },
  {
    name: 'fallbacks that the application asked for',
    processes: one(substituted((now) => now, {}, 'rate_limit_error')),
    checks: silent(900, 2400, 300),
  },
  {
    name: 'a model retires in 31, 30, 8, 7 and -1 days',
    scrape: 60,
    processes: one(days((now) => [31, 30, 8, 7, -1][Math.floor(now / 600)])),
    shows: ['severity'],
    checks: [
      ...silent(60, 540),
      ...during(600, 1740, ['AnthropicModelRetiring/30d severity=info'], 180),
      ...during(1860, 2940, ['AnthropicModelRetiring/7d severity=warning'], 180),
    ],
  },
];

const ABSENT = 'AnthropicTelemetryAbsent';
const pod = (start: number, end: number, i = 0): ProcessSpec => ({
  labels: { job: 'app', instance: `pod-${i}` },
  start,
  end,
});
const TELEMETRY: readonly Scenario[] = [
  {
    ...slowly,
    name: 'the telemetry of a service that deploys every 45 minutes is lost',
    processes: Array.from({ length: 8 }, (_, i) => pod(i * 2700, (i + 1) * 2700, i)),
    checks: [
      ...silent(3600, 6 * HOURS, 1800),
      ...during(6 * HOURS + 900, 20 * HOURS, [`${ABSENT}/gone`], 3600),
    ],
  },
  {
    ...slowly,
    name: 'a nightly batch of 3 hours ends',
    processes: one(pod(600, 600 + 3 * HOURS)),
    checks: silent(900, 10 * HOURS, 1800),
  },
  {
    name: 'one of two targets cannot be scraped for 20 minutes, and one of another service for 9',
    processes: [
      { ...pod(-5000, Infinity, 1), unseen: [[1200, 2400]] },
      pod(-5000, Infinity, 2),
      { labels: { job: 'other', instance: 'o' }, unseen: [[1200, 1740]] },
    ],
    shows: ['job'],
    checks: [
      ...silent(1200, 1785, 45),
      ...during(1815, 2385, [`${ABSENT}/down job=app`], 95),
      ...silent(2400, 2700),
    ],
  },
  {
    name: '6 failures of the telemetry, and 5 of another service',
    processes: [
      {
        metrics: {
          [seriesOf('telemetryErrors', { [ATTR.stage]: 'metrics' })]: (now) => (now >= 1201 ? 6 : 0),
        },
      },
      {
        labels: { job: 'other', instance: 'o' },
        metrics: {
          [seriesOf('telemetryErrors', { [ATTR.stage]: 'metrics' })]: (now) => (now >= 1201 ? 4 : 0),
        },
      },
    ],
    shows: ['job', 'anthropic_telemetry_stage'],
    checks: [
      { at: 1200, firing: [] },
      ...during(
        1215,
        2085,
        ['AnthropicTelemetryDegraded/errors job=app anthropic_telemetry_stage=metrics'],
        145,
      ),
      ...silent(2430, 2700),
    ],
  },
  {
    name: 'a process makes a client that is not observed, until it is replaced',
    processes: one({
      end: 3000,
      metrics: {
        [seriesOf('telemetryClients', { [ATTR.observed]: 'false' })]: (now) => (now >= 1200 ? 1 : 0),
      },
    }),
    checks: [
      ...silent(1200, 1785, 65),
      ...during(1800, 2985, ['AnthropicTelemetryDegraded/unobserved'], 237),
      { at: 3015, firing: [] },
    ],
  },
];

export const ATTEMPTS: readonly Scenario[] = [...RETRIES, ...LIMITS, ...INVALID].map((scenario) => ({
  skip: 900,
  ...scenario,
}));
export const TIME: readonly Scenario[] = WAITING.map((scenario) => ({ skip: 600, ...scenario }));
export const LONG: readonly Scenario[] = [...MONEY, ...RESPONSES, ...TELEMETRY];
