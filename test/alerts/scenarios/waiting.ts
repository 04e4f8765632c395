/** Calls that hang, that time out, and that are slow. */
import { ATTR } from '../../../src/signals/names.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import { OPUS, type ProcessSpec, seriesOf, traffic, type ValueAt } from '../support/simulate.ts';

const one = (spec: ProcessSpec): ProcessSpec[] => [spec];

const bounds = ['0.64', '1.28', '2.56', '5.12', '10.24', '20.48', '40.96', '81.92', '163.84', '+Inf'];
/** Successful calls of a model that take `seconds` each and write `tokens`, `perSecond` of them. */
function durations(
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

/** Scenarios of time. */
const SCENARIOS: readonly Scenario[] = [
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

/** Calls that hang, that time out, and that are slow. */
export const WAITING: readonly Scenario[] = SCENARIOS.map((scenario) => ({ skip: 600, ...scenario }));
