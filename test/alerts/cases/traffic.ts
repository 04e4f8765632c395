/** Cases of the alerts on rate limits. */
import { burstCases } from '../support/bursts.ts';
import { type AlertCase, firing, MODEL, OF_MODEL, VARS } from '../support/case.ts';
import { type ValueAt, world } from '../support/world.ts';

const attempts = (labels: string) => `anthropic_client_attempts_total{${OF_MODEL},${labels}}`;
const OK = attempts('anthropic_attempt_disposition="ok",http_response_status_code="200"');
const LIMITED = attempts(
  'anthropic_attempt_disposition="retried",http_response_status_code="429",error_type="rate_limit_error"',
);
const OVERLOADED = attempts(
  'anthropic_attempt_disposition="retried",http_response_status_code="529",error_type="overloaded_error"',
);
const CANCELED = attempts('anthropic_attempt_disposition="canceled"');
const LIMIT = `{${OF_MODEL},anthropic_rate_limit_type="tokens"}`;
const MODEL_LABELS = { fault: 'traffic', job: 'app', gen_ai_request_model: MODEL };
const LIMIT_LABELS = { ...MODEL_LABELS, severity: 'warning', anthropic_rate_limit_type: 'tokens' };
const DASHBOARD = { dashboard: 'anthropic-rate-limits', vars: VARS };

const headroom = (share: string) => ({
  alert: 'AnthropicRateLimitHeadroomLow',
  labels: LIMIT_LABELS,
  summary: 'Less than 10 % of a Claude rate limit of app is left.',
  description:
    `At most ${share} of the tokens limit for ${MODEL} was left to app. All services of the organisation share the ` +
    'limit. Answers 429 come next.',
  ...DASHBOARD,
  panel: 'Left of each limit',
});

/** The gauges of one limit, as an old process reports them. */
function limit(remaining: ValueAt, max: number, reset: ValueAt): Record<string, ValueAt> {
  return {
    [`anthropic_client_rate_limit_remaining${LIMIT}`]: remaining,
    [`anthropic_client_rate_limit_limit${LIMIT}`]: () => max,
    [`anthropic_client_rate_limit_reset_time${LIMIT}`]: reset,
  };
}

const soon: ValueAt = (now) => now + 60;
const replica = { instance: 'pod-2', metrics: limit(() => 900, 1000, soon) };

function gaugeCase(name: string, metrics: Record<string, ValueAt>): AlertCase {
  const checks = [];
  for (let at = 0; at <= 900; at += 15) checks.push({ at, alerts: [] });
  return {
    alert: 'AnthropicRateLimitHeadroomLow',
    name: `AnthropicRateLimitHeadroomLow: ${name}`,
    proves: ['silent below'],
    series: world([{ metrics }, replica], { until: 900 }),
    step: 15,
    checks,
  };
}

const HEADROOM_CASES: readonly AlertCase[] = [
  {
    alert: 'AnthropicRateLimitHeadroomLow',
    name: 'AnthropicRateLimitHeadroomLow: 9.9 % left by the lowest reading, for a while',
    proves: ['fires', 'resolves'],
    series: world([{ metrics: limit((now) => (now >= 600 && now < 900 ? 99 : 500), 1000, soon) }, replica], {
      until: 1600,
    }),
    step: 15,
    checks: [
      { at: 600, alerts: [] },
      { at: 645, alerts: [] },
      { at: 660, alerts: [firing(headroom('9.9%'))] },
      { at: 885, alerts: [firing(headroom('9.9%'))] },
      { at: 1485, alerts: [firing(headroom('9.9%'))] },
      { at: 1500, alerts: [] },
    ],
  },
  gaugeCase(
    '10 % left',
    limit(() => 100, 1000, soon),
  ),
  gaugeCase(
    'a low reading whose limit was reset since',
    limit(
      () => 5,
      1000,
      () => -60,
    ),
  ),
  gaugeCase(
    'a low reading whose limit is reset just now',
    limit(
      () => 5,
      1000,
      (now) => now,
    ),
  ),
  gaugeCase(
    'a low reading for 45 seconds',
    limit((now) => (now >= 600 && now < 645 ? 5 : 800), 1000, soon),
  ),
];

const predicted = (duration: string) => ({
  alert: 'AnthropicRateLimitExhaustionPredicted',
  labels: LIMIT_LABELS,
  summary: 'A Claude rate limit of app will soon be used up.',
  description: `The tokens limit for ${MODEL} will be used up by app in ${duration}, if the trend of the last 10m goes on.`,
  ...DASHBOARD,
  panel: 'Used up in',
});

function forecastSilent(name: string, metrics: Record<string, ValueAt>, until: number): AlertCase {
  const checks = [];
  for (let at = 0; at <= until; at += 15) checks.push({ at, alerts: [] });
  return {
    alert: 'AnthropicRateLimitExhaustionPredicted',
    name: `AnthropicRateLimitExhaustionPredicted: ${name}`,
    proves: ['silent below'],
    series: world([{ metrics }], { until }),
    step: 15,
    checks,
  };
}

const FORECAST_CASES: readonly AlertCase[] = [
  {
    alert: 'AnthropicRateLimitExhaustionPredicted',
    name: 'AnthropicRateLimitExhaustionPredicted: flat for an hour, then falling by one a second, then flat again',
    proves: ['fires', 'resolves'],
    series: world(
      [
        { metrics: limit((now) => 1500 - Math.min(Math.max(0, now - 3600), 1190), 2000, soon) },
        { instance: 'pod-2', metrics: limit(() => 1900, 2000, soon) },
      ],
      { until: 6600 },
    ),
    step: 15,
    checks: [
      { at: 4500, alerts: [] },
      { at: 4680, alerts: [] },
      { at: 4695, alerts: [firing(predicted('6m 45s'))] },
      { at: 4785, alerts: [firing(predicted('5m 15s'))] },
      { at: 5670, alerts: [firing(predicted('9m 24s'))] },
      { at: 5685, alerts: [] },
    ],
  },
  {
    ...forecastSilent(
      'at half of the limit, falling by 15 a second',
      limit((now) => 9000 - 15 * now, 9000, soon),
      495,
    ),
    proves: ['fires'],
    checks: [
      { at: 480, alerts: [] },
      { at: 495, alerts: 'one' },
    ],
  },
  forecastSilent(
    'falling, and enough for 10 minutes',
    limit((now) => 1300 - now / 2, 3000, soon),
    1995,
  ),
  forecastSilent(
    'falling fast from a full limit',
    limit((now) => 10_000 - 17 * now, 10_000, soon),
    285,
  ),
  forecastSilent(
    'falling fast, and reset just now',
    limit(
      (now) => 900 - now,
      2000,
      (now) => now,
    ),
    600,
  ),
  forecastSilent(
    'flat at little',
    limit(() => 300, 2000, soon),
    1200,
  ),
  forecastSilent(
    'rising from little',
    limit((now) => 100 + now / 2, 2000, soon),
    1200,
  ),
];

/** When a scrape shows the burst. */
const SEEN = 1575;
/** Half of the 429 of ten minutes on a process that was first seen five minutes ago, when it was 6.5 minutes old. */
const spikeBesideLate: AlertCase = {
  alert: 'AnthropicRateLimitSpike',
  name: 'AnthropicRateLimitSpike: 100 within an instant, 100 before on a process that is first seen late',
  proves: ['silent below'],
  series: world(
    [
      { metrics: { [LIMITED]: (now) => (now >= SEEN - 5 ? 1100 : 1000) } },
      {
        instance: 'pod-2',
        start: SEEN - 690,
        unseen: [[SEEN - 690, SEEN - 300]],
        metrics: { [LIMITED]: () => 100 },
      },
    ],
    { until: SEEN + 30 },
  ),
  step: 15,
  checks: [-15, 0, 15, 30].map((after) => ({ at: SEEN + after, alerts: [] })),
};

export const TRAFFIC_CASES: readonly AlertCase[] = [
  ...burstCases({
    expected: {
      alert: 'AnthropicRateLimitSpike',
      labels: { ...MODEL_LABELS, severity: 'critical' },
      summary: 'app suddenly runs into the rate limits of the Claude API.',
      description:
        `100 attempts of app for ${MODEL} were answered with 429 in the last 1m, more than 50 % of those of the last ` +
        '10m. Look for a loop without backoff, a batch job, or a limit that was lowered.',
      ...DASHBOARD,
      panel: 'Answers 429, by model',
    },
    window: 60,
    longest: 600,
    fires: {
      '100 within an instant, 99 nine minutes and more eleven minutes before': {
        [LIMITED]: [
          [-840, 99],
          [-780, 99],
          [-720, 99],
          [-660, 99],
          [-540, 99],
          [0, 100],
        ],
        [OVERLOADED]: [
          [-540, 500],
          [0, 500],
        ],
      },
    },
    silent: {
      '99 within an instant': { [LIMITED]: 99, [OVERLOADED]: 500 },
      '100 within an instant, 100 in the nine minutes before': {
        [LIMITED]: [
          [-405, 50],
          [-330, 50],
          [0, 100],
        ],
      },
      'an occasional 429': { [LIMITED]: 1 },
    },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicRateLimited',
      labels: { ...MODEL_LABELS, severity: 'warning' },
      summary: 'More than 10 % of the Claude attempts of app are rate limited.',
      description:
        `12% of the attempts of app for ${MODEL} were answered with 429 in the last 10m. Retries hide it, and add to ` +
        'the latency and to the traffic.',
      ...DASHBOARD,
      panel: 'Answers 429, by model',
    },
    window: 600,
    fires: {
      '6 of 50 attempts, 1000 were canceled': { [OK]: 34, [LIMITED]: 6, [OVERLOADED]: 10, [CANCELED]: 1000 },
    },
    silent: {
      '5 of 50 attempts': { [OK]: 35, [LIMITED]: 5, [OVERLOADED]: 10 },
      '12 of 49 attempts': { [OK]: 37, [LIMITED]: 12 },
      'an occasional 429': { [LIMITED]: 1 },
    },
    share: { good: OK, failed: LIMITED, limit: { [OK]: 45, [LIMITED]: 5 } },
  }),
  ...burstCases({
    expected: headroom('10%'),
    window: 300,
    hold: 60,
    fires: { 'two dips between two scrapes': { [`anthropic_client_rate_limit_low_total${LIMIT}`]: 2 } },
    silent: { 'one dip between two scrapes': { [`anthropic_client_rate_limit_low_total${LIMIT}`]: 1 } },
  }),
  spikeBesideLate,
  ...HEADROOM_CASES,
  ...FORECAST_CASES,
];
