/** Cases of the alerts on overload, server errors and broken streams. */
import { burstCases } from '../support/bursts.ts';
import { type AlertCase, MODEL, OF_MODEL, VARS } from '../support/case.ts';

const attempts = (labels: string) => `anthropic_client_attempts_total{${OF_MODEL},${labels}}`;
const OK = attempts('anthropic_attempt_disposition="ok",http_response_status_code="200"');
const CANCELED = attempts('anthropic_attempt_disposition="canceled"');
const failed = (status: number, type: string, fault: string) =>
  attempts(
    `anthropic_attempt_disposition="retried",http_response_status_code="${status}",error_type="${type}",anthropic_error_fault="${fault}"`,
  );
const OVERLOADED = failed(529, 'overloaded_error', 'anthropic');
const SERVER_ERROR = failed(500, 'api_error', 'anthropic');
const GATEWAY_TIMEOUT = failed(504, 'timeout_error', 'anthropic');
const LIMITED = failed(429, 'rate_limit_error', 'traffic');
const BROKEN = attempts(
  'anthropic_attempt_disposition="final",http_response_status_code="200",error_type="client_error",anthropic_error_fault="network"',
);
const calls = (outcome: string, stream: boolean) =>
  `anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="${outcome}",gen_ai_request_stream="${stream}"}`;
const LABELS = { severity: 'warning', fault: 'anthropic', job: 'app', gen_ai_request_model: MODEL };
const DASHBOARD = { dashboard: 'anthropic-errors', vars: VARS };

export const ANTHROPIC_CASES: readonly AlertCase[] = [
  ...burstCases({
    expected: {
      alert: 'AnthropicOverloaded',
      labels: LABELS,
      summary: 'The Claude API is overloaded for more than 5 % of the attempts of app.',
      description: `7.5% of the attempts of app for ${MODEL} were answered with 529 overloaded_error in the last 10m.`,
      ...DASHBOARD,
      panel: '429, 529, 5xx, timeouts: which kind of trouble?',
    },
    window: 600,
    fires: {
      '3 of 40 attempts, 1000 were canceled': {
        [OK]: 36,
        [OVERLOADED]: 3,
        [SERVER_ERROR]: 1,
        [CANCELED]: 1000,
      },
    },
    silent: {
      '2 of 40 attempts': { [OK]: 28, [OVERLOADED]: 2, [SERVER_ERROR]: 10 },
      '3 of 39 attempts': { [OK]: 36, [OVERLOADED]: 3 },
      'a single 529': { [OVERLOADED]: 1 },
    },
    share: { good: OK, failed: OVERLOADED, limit: { [OK]: 38, [OVERLOADED]: 2 } },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicServerErrorsRetried',
      labels: LABELS,
      summary: 'More than 2 % of the Claude attempts of app meet a server error.',
      description:
        `3% of the attempts of app for ${MODEL} were answered with a server error (529 apart) in the last 10m. ` +
        'Retries may hide it from the users; they wait longer.',
      ...DASHBOARD,
      panel: '429, 529, 5xx, timeouts: which kind of trouble?',
    },
    window: 600,
    fires: {
      '3 of 100 attempts, 1000 were canceled': {
        [OK]: 86,
        [SERVER_ERROR]: 2,
        [GATEWAY_TIMEOUT]: 1,
        [OVERLOADED]: 1,
        [LIMITED]: 10,
        [CANCELED]: 1000,
      },
    },
    silent: {
      '2 of 100 attempts': { [OK]: 78, [SERVER_ERROR]: 2, [OVERLOADED]: 10, [LIMITED]: 10 },
      '3 of 99 attempts': { [OK]: 96, [SERVER_ERROR]: 3 },
      'a single 500': { [OK]: 3, [SERVER_ERROR]: 1 },
    },
    share: { good: OK, failed: SERVER_ERROR, limit: { [OK]: 98, [SERVER_ERROR]: 2 } },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicStreamsInterrupted',
      labels: { ...LABELS, fault: 'unknown' },
      summary: 'More than 2 % of the Claude streams of app break off.',
      description:
        `3% of the streams of app from ${MODEL} began with status 200 and broke off in the last 10m. The SDK does not ` +
        'retry these: the user sees half an answer.',
      ...DASHBOARD,
      panel: 'Interrupted streams, by error type',
    },
    window: 600,
    fires: {
      '3 of 100 streams, others were canceled or no streams': {
        [calls('ok', true)]: 96,
        [calls('error', true)]: 4,
        [calls('canceled', true)]: 1000,
        [calls('ok', false)]: 1000,
        [OK]: 1096,
        [BROKEN]: 3,
        [SERVER_ERROR]: 1,
      },
    },
    silent: {
      '2 of 100 streams': {
        [calls('ok', true)]: 88,
        [calls('error', true)]: 12,
        [BROKEN]: 2,
        [SERVER_ERROR]: 10,
        [OK]: 88,
      },
      '3 of 99 streams': {
        [calls('ok', true)]: 96,
        [calls('error', true)]: 3,
        [BROKEN]: 3,
        [calls('ok', false)]: 20,
      },
      'one of one': { [calls('error', true)]: 1, [BROKEN]: 1 },
    },
    share: {
      good: calls('ok', true),
      failed: BROKEN,
      limit: { [calls('ok', true)]: 98, [calls('error', true)]: 2, [BROKEN]: 2 },
    },
  }),
];
