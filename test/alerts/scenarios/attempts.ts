/** Attempts that fail, which retries hide; rate limits; invalid requests. */
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

/** Attempts that fail, rate limits, invalid requests. */
export const ATTEMPTS: readonly Scenario[] = [...RETRIES, ...LIMITS, ...INVALID].map((scenario) => ({
  skip: 900,
  ...scenario,
}));
