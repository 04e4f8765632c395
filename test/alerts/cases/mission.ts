/** Cases of the alerts that page for calls. */

import { burstCases } from '../support/bursts.ts';
import { type AlertCase, firing, MODEL, OF_MODEL, VARS } from '../support/case.ts';
import { world } from '../support/world.ts';

const ROUTE = 'http_route="/v1/messages"';
const UNAUTHORIZED = `anthropic_client_authentication_failures_total{${ROUTE}}`;
const calls = (labels: string) => `anthropic_client_calls_total{${OF_MODEL},${labels}}`;
const OK = calls('anthropic_outcome="ok"');
const CANCELED = calls('anthropic_outcome="canceled"');
const FAILED = calls('anthropic_outcome="error",error_type="api_error"');
/** Another model of the same job, busy and healthy: it must not hide anything. */
const OTHER_MODEL =
  'anthropic_client_calls_total{gen_ai_request_model="claude-haiku-5-5",anthropic_outcome="ok"}';
const EXHAUSTED = `anthropic_client_retries_exhausted_total{${OF_MODEL},error_type="api_error"}`;

const unauthorized = (count: number) => ({
  alert: 'AnthropicAuthenticationFailed',
  labels: { severity: 'critical', fault: 'config', job: 'app', http_route: '/v1/messages' },
  summary: 'The Claude API refuses the API key of app.',
  description:
    `app got at least ${count} answer(s) 401 on /v1/messages in the last 5m. A 401 is never retried into success: ` +
    'every call with this key fails until the key is replaced.',
  dashboard: 'anthropic-triage',
  vars: 'var-job=app',
});

/** A 401 while nobody could see the process: the gauge tells of it when the process is back. */
const unseen401: AlertCase = {
  alert: 'AnthropicAuthenticationFailed',
  name: 'AnthropicAuthenticationFailed: a 401 while the target was away',
  proves: ['fires', 'resolves', 'silent below'],
  series: world(
    [
      {
        unseen: [[600, 1080]],
        metrics: {
          [UNAUTHORIZED]: (now) => (now < 900 ? 7 : 8),
          [`anthropic_client_authentication_failure_time{${ROUTE}}`]: (now) => (now < 900 ? -4000 : 900),
        },
      },
    ],
    { until: 2400 },
  ),
  step: 15,
  checks: [
    { at: 0, alerts: [] },
    { at: 1065, alerts: [] },
    { at: 1080, alerts: [firing(unauthorized(1))] },
    { at: 1785, alerts: [firing(unauthorized(1))] },
    { at: 1800, alerts: [] },
  ],
};

const STREAKS = `anthropic_client_server_error_streaks_total{${ROUTE},${OF_MODEL}}`;
const STREAK = `anthropic_client_server_error_streak{${ROUTE},${OF_MODEL}}`;
const consecutive = {
  alert: 'AnthropicConsecutiveServerErrors',
  labels: {
    severity: 'critical',
    fault: 'anthropic',
    job: 'app',
    http_route: '/v1/messages',
    gen_ai_request_model: MODEL,
  },
  summary: 'The Claude API answered app with consecutive server errors.',
  description:
    `app saw at least 1 run(s) of two or more consecutive 5xx answers for ${MODEL} on /v1/messages in the last 5m. ` +
    'One 500 happens; two in a row on one path are an incident at the API.',
  dashboard: 'anthropic-triage',
  vars: VARS,
};

/** A run of 5xx answers at `times`, on a path that had one before that ended. */
function streakCase(name: string, times: readonly number[]): AlertCase {
  const [first = 0, second = 0, ...more] = times;
  const last = more.at(-1) ?? second;
  return {
    alert: consecutive.alert,
    name: `${consecutive.alert}: ${name}`,
    proves: ['fires', 'resolves'],
    series: world(
      [
        {
          metrics: {
            [STREAKS]: (now) => (now < second ? 7 : 8),
            [STREAK]: (now) => times.filter((time) => time <= now).length,
          },
        },
        // A path that nobody calls any more: its last streak is no news.
        { instance: 'pod-2', metrics: { [STREAKS]: () => 1, [STREAK]: () => 9 } },
      ],
      { until: last + 900 },
    ),
    step: 15,
    checks: [
      { at: first, alerts: [] },
      { at: second - 15, alerts: [] },
      { at: second, alerts: [firing(consecutive)] },
      { at: last, alerts: [firing(consecutive)] },
      { at: last + 885, alerts: [firing(consecutive)] },
      { at: last + 900, alerts: [] },
    ],
  };
}

/** Single 500 answers, each followed by a good one. */
const single500s: AlertCase = {
  alert: consecutive.alert,
  name: `${consecutive.alert}: a single 500 every four minutes`,
  proves: ['silent below'],
  series: world([{ metrics: { [STREAKS]: () => 7, [STREAK]: (now) => (now % 240 < 60 ? 1 : 0) } }], {
    until: 1800,
  }),
  step: 15,
  checks: Array.from({ length: 30 }, (_, i) => ({ at: i * 60, alerts: [] })),
};

export const MISSION_CASES: readonly AlertCase[] = [
  ...burstCases({
    expected: unauthorized(1),
    window: 300,
    fires: { 'one 401': { [UNAUTHORIZED]: 1 } },
    silent: {
      'other refusals': {
        [UNAUTHORIZED]: 0,
        [`anthropic_client_attempts_total{${OF_MODEL},error_type="permission_error",http_response_status_code="403"}`]: 5,
      },
    },
  }),
  unseen401,
  ...burstCases({
    expected: consecutive,
    window: 300,
    fires: {
      'two 500 in a row': { [STREAKS]: 1 },
    },
    silent: {
      'a single 500': {
        [STREAKS]: 0,
        [`anthropic_client_attempts_total{${OF_MODEL},error_type="api_error",http_response_status_code="500"}`]: 1,
        [FAILED]: 1,
      },
    },
  }),
  single500s,
  streakCase('a run of three, four minutes apart', [660, 900, 1140]),
  streakCase(
    'a run that goes on for an hour',
    Array.from({ length: 16 }, (_, i) => 600 + 240 * i),
  ),
  ...burstCases({
    expected: {
      alert: 'AnthropicHighErrorRate',
      labels: { severity: 'critical', fault: 'unknown', job: 'app', gen_ai_request_model: MODEL },
      summary: 'More than 5 % of the Claude calls of app fail.',
      description:
        `10% of the calls of app to ${MODEL} failed in the last 5m, all retries included. The dashboard says whose ` +
        'turn it is: our configuration, our traffic, our input, the network or Anthropic.',
      dashboard: 'anthropic-triage',
      vars: VARS,
    },
    window: 300,
    fires: {
      '2 of 20 calls failed, 1000 were canceled': {
        [OK]: 18,
        [FAILED]: 2,
        [CANCELED]: 1000,
        [OTHER_MODEL]: 900,
      },
    },
    silent: {
      'a single failed call': { [FAILED]: 1 },
      '1 of 20 calls failed': { [OK]: 19, [FAILED]: 1, [OTHER_MODEL]: 900 },
      '2 of 19 calls failed, which is no rate yet': { [OK]: 17, [FAILED]: 2, [CANCELED]: 1000 },
      'all of 4 calls of a quiet service failed': { [FAILED]: 4 },
    },
    share: { good: OK, failed: FAILED, limit: { [OK]: 19, [FAILED]: 1 } },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicRetriesExhausted',
      labels: { severity: 'critical', fault: 'unknown', job: 'app', gen_ai_request_model: MODEL },
      summary: 'Claude calls of app run out of retries beyond the SLA budget.',
      description:
        `4 calls of app to ${MODEL} failed on their last allowed attempt in the last 5m. The budget is 3 calls, or ` +
        '1 % of the calls where that is more. The error type on the dashboard tells rate limits, overload, server ' +
        'errors and the network apart.',
      dashboard: 'anthropic-triage',
      vars: VARS,
    },
    window: 300,
    fires: {
      '4 of 399 calls, 1000 were canceled': { [EXHAUSTED]: 4, [OK]: 395, [FAILED]: 4, [CANCELED]: 1000 },
      'all of 4 calls of a quiet service': { [EXHAUSTED]: 4, [FAILED]: 4 },
    },
    silent: {
      '4 of 400 calls': { [EXHAUSTED]: 4, [OK]: 396, [FAILED]: 4 },
      '3 of 3 calls': { [EXHAUSTED]: 3, [FAILED]: 3 },
    },
    share: { good: OK, failed: EXHAUSTED, limit: { [EXHAUSTED]: 4, [OK]: 396, [FAILED]: 4 } },
  }),
];
