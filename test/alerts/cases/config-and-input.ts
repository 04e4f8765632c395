/** Cases of the alerts on billing, permissions, model names and wrong requests. */
import { burstCases } from '../support/bursts.ts';
import { type AlertCase, MODEL, OF_MODEL, VARS } from '../support/case.ts';

const attempts = (status: number, type: string, fault: string, labels: string = OF_MODEL) =>
  `anthropic_client_attempts_total{${labels},anthropic_attempt_disposition="final",http_response_status_code="${status}",error_type="${type}",anthropic_error_fault="${fault}"}`;
const UNPAID = attempts(402, 'billing_error', 'config');
const SPEND_LIMIT = attempts(400, 'invalid_request_error', 'config');
const MONTHLY_CAP = attempts(429, 'rate_limit_error', 'config');
const FORBIDDEN = attempts(403, 'permission_error', 'config');
const NO_MODEL = attempts(404, 'not_found_error', 'config');
const NO_FILE = attempts(404, 'not_found_error', 'config', 'anthropic_method="beta.files.retrieve"');
const INVALID = attempts(400, 'invalid_request_error', 'input');
const LIMITED = attempts(429, 'rate_limit_error', 'traffic');
const LABELS = { severity: 'warning', fault: 'config', job: 'app', gen_ai_request_model: MODEL };
const TOO_LARGE = attempts(413, 'request_too_large', 'input');
const CONFLICT = attempts(409, 'conflict_error', 'input');
const BROKEN = attempts(500, 'api_error', 'anthropic');
const OK = `anthropic_client_attempts_total{${OF_MODEL},anthropic_attempt_disposition="ok",http_response_status_code="200"}`;
const CANCELED = `anthropic_client_attempts_total{${OF_MODEL},anthropic_attempt_disposition="canceled"}`;

export const CONFIG_AND_INPUT_CASES: readonly AlertCase[] = [
  ...burstCases({
    expected: {
      alert: 'AnthropicBillingFailed',
      labels: { severity: 'critical', fault: 'config', job: 'app' },
      summary: 'The Claude API refuses calls of app because of billing or a spend limit.',
      description:
        '1 attempt(s) of app were refused in the last 5m because the account has a billing problem or reached its ' +
        'spend limit. No call succeeds until that is fixed.',
      dashboard: 'anthropic-errors',
      vars: 'var-job=app',
      panel: 'What failed in the time range',
    },
    window: 300,
    fires: {
      'one 402': { [UNPAID]: 1, [FORBIDDEN]: 3, [INVALID]: 3, [LIMITED]: 3 },
      'one 400 for a spend limit': { [SPEND_LIMIT]: 1 },
      'one 429 for a monthly cap': { [MONTHLY_CAP]: 1 },
    },
    silent: {
      'other refusals': {
        [UNPAID]: 0,
        [FORBIDDEN]: 3,
        [NO_MODEL]: 3,
        [INVALID]: 3,
        [LIMITED]: 3,
      },
    },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicPermissionDenied',
      labels: LABELS,
      summary: 'The Claude API denies app what it asks for.',
      description:
        `1 attempt(s) of app for ${MODEL} were answered with 403 in the last 5m: the workspace of the key ` +
        'may not use the model or feature, or a proxy on the way refuses.',
      dashboard: 'anthropic-errors',
      vars: VARS,
      panel: 'What failed in the time range',
    },
    window: 300,
    fires: { 'one 403': { [FORBIDDEN]: 1, [UNPAID]: 3 } },
    silent: { 'other refusals': { [FORBIDDEN]: 0, [UNPAID]: 3, [NO_MODEL]: 3 } },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicModelNotFound',
      labels: LABELS,
      summary: 'app asks for a Claude model that does not exist.',
      description:
        `1 attempt(s) of app for ${MODEL} were answered with 404 in the last 5m: the name is wrong, or the model was ` +
        'retired.',
      dashboard: 'anthropic-errors',
      vars: VARS,
      panel: 'What failed in the time range',
    },
    window: 300,
    fires: { 'one 404 for a model': { [NO_MODEL]: 1, [FORBIDDEN]: 3, [NO_FILE]: 3 } },
    silent: { '404 for a file, 403 for a model': { [NO_MODEL]: 0, [NO_FILE]: 3, [FORBIDDEN]: 3 } },
  }),
  ...burstCases({
    expected: {
      alert: 'AnthropicInvalidRequests',
      labels: { ...LABELS, fault: 'input' },
      summary: 'The Claude API refuses more than 5 % of the requests of app as wrong.',
      description:
        `7.5% of the attempts of app for ${MODEL} were refused as invalid (400, 422) or too large (413) in the last 15m. ` +
        'The log lines carry the shape of the request.',
      dashboard: 'anthropic-errors',
      vars: VARS,
      panel: 'What failed in the time range',
    },
    window: 900,
    fires: {
      '3 of 40 attempts, 1000 were canceled': {
        [OK]: 36,
        [INVALID]: 2,
        [TOO_LARGE]: 1,
        [BROKEN]: 1,
        [CANCELED]: [
          [-400, 1000],
          [0, 1000],
        ],
      },
    },
    silent: {
      '2 of 40 attempts, and conflicts': { [OK]: 25, [INVALID]: 2, [BROKEN]: 10, [CONFLICT]: 3 },
      '5 of 39 attempts': { [OK]: 34, [INVALID]: 5, [CANCELED]: 1000 },
      'one of one': { [INVALID]: 1 },
    },
    share: { good: OK, failed: INVALID, limit: { [OK]: 38, [INVALID]: 2 } },
  }),
];
