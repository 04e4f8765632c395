/** What the dashboards ask again and again, by the attributes of the catalogue. */

import { ATTR } from '../../signals/names.ts';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { type Matcher, matching, not } from '../alerts/promql.ts';
import { orZero, perBar, recent, share, total } from './queries.ts';

/** The kinds of calls and attempts that panels ask for. */
type Kind =
  | 'ofModel'
  | 'counted'
  | 'failedCalls'
  | 'failed'
  | 'retried'
  | 'final'
  | 'interrupted'
  | 'rateLimited';

/** Matchers of calls and attempts. */
export const ONLY: Readonly<Record<Kind, Readonly<Record<string, Matcher>>>> = {
  /** Calls that count in an error rate: one that the application canceled is neither good nor bad. */
  counted: { [ATTR.outcome]: matching('ok|error') },
  failedCalls: { [ATTR.outcome]: 'error' },
  /** Calls such as `models.list` name no model and cost nothing. */
  ofModel: { [ATTR.requestModel]: not('') },
  /** Attempts that failed, whether a retry fixed them or not. */
  failed: { [ATTR.errorType]: not('') },
  retried: { [ATTR.disposition]: 'retried' },
  final: { [ATTR.disposition]: 'final' },
  /** Streams that began with status 200 and broke. */
  interrupted: { [ATTR.httpStatus]: '200', [ATTR.errorType]: not('') },
  rateLimited: { [ATTR.errorType]: 'rate_limit_error' },
};

const { window } = DEFAULT_CONFIG.errorRate;

/** The share of the calls that failed after all retries, in the window of the rule. */
export const ERROR_RATE: string = share(
  orZero(recent('calls', window, [], ONLY.failedCalls)),
  recent('calls', window, [], ONLY.counted),
);

/** The share of the calls that failed after all retries, in the time range. */
export const RANGE_ERROR_RATE: string = share(
  orZero(total('calls', [], ONLY.failedCalls)),
  total('calls', [], ONLY.counted),
);

/** Attempts for each call, in the time range. */
export const RANGE_AMPLIFICATION: string = share(total('attempts', []), total('calls', []));

/** Attempts for each call, over time. */
export function amplification(by: readonly string[]): string {
  return `${perBar('attempts', by)}\n/ (\n${perBar('calls', by)}\n  > 0\n)`;
}

/** Error types that say which kind of trouble it is, by the kind. */
export const TROUBLE: Readonly<Record<string, string>> = {
  '429 rate limit': 'rate_limit_error',
  '529 overloaded': 'overloaded_error',
  '5xx server error': 'api_error|timeout_error',
  timeout: 'client_timeout_error',
  connection: 'connection_error',
};

/** Every error type that a panel draws in a colour of its own. */
export const ERROR_TYPES: readonly string[] = [
  'rate_limit_error',
  'overloaded_error',
  'api_error',
  'timeout_error',
  'connection_error',
  'client_timeout_error',
  'client_error',
  'authentication_error',
  'permission_error',
  'billing_error',
  'not_found_error',
  'invalid_request_error',
  'request_too_large',
  'conflict_error',
];

/** Every status that a panel draws in a colour of its own. */
export const STATUSES: readonly string[] = [
  '200',
  '400',
  '401',
  '402',
  '403',
  '404',
  '413',
  '429',
  '500',
  '503',
  '504',
  '529',
  'no answer',
];
