/** Money, responses and the telemetry itself: what counters and days show. */
import { ATTR } from '../../../src/signals/names.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import {
  type CallSpec,
  HAIKU,
  OPUS,
  type ProcessSpec,
  seriesOf,
  traffic,
  type ValueAt,
} from '../support/simulate.ts';

const one = (spec: ProcessSpec): ProcessSpec[] => [spec];

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

/** Money, responses and the telemetry itself. */
export const USAGE: readonly Scenario[] = [...MONEY, ...RESPONSES, ...TELEMETRY];
