/** Queries that several dashboards share, in terms of the catalogue's attributes. */

import type { AttemptKind } from '../../../model/attempt-kind.ts';
import { ATTR } from '../../../signals/names.ts';
import { type Matcher, matching, not } from '../../alerts/promql.ts';
import { type Queries, share } from './queries.ts';

/** The kinds of calls and attempts that panels select. */
type Kind =
  | 'ofModel'
  | 'counted'
  | 'ok'
  | 'failedCalls'
  | 'failed'
  | 'retried'
  | 'final'
  | 'interrupted'
  | 'rateLimited'
  | 'waiting';

/** Matchers for calls and attempts. */
export const ONLY: Readonly<Record<Kind, Readonly<Record<string, Matcher>>>> = {
  /** Calls that count in an error rate. A call that the application canceled is neither good nor bad. */
  counted: { [ATTR.outcome]: matching('ok|error') },
  ok: { [ATTR.outcome]: 'ok' },
  failedCalls: { [ATTR.outcome]: 'error' },
  /** Calls such as `models.list` name no model and cost nothing. */
  ofModel: { [ATTR.requestModel]: not('') },
  /** Attempts that failed, whether a retry fixed them or not. */
  failed: { [ATTR.errorType]: not('') },
  retried: { [ATTR.disposition]: 'retried' },
  final: { [ATTR.disposition]: 'final' },
  /** Streams that started with status 200 and broke. */
  interrupted: { [ATTR.httpStatus]: '200', [ATTR.errorType]: not('') },
  rateLimited: { [ATTR.errorType]: 'rate_limit_error' },
  /** Open calls of which no response is read yet. */
  waiting: { [ATTR.callPhase]: not('streaming') },
};

/** The share of calls in the last five minutes that failed after all retries. */
export function errorRate(q: Queries): string {
  return share(q.orZero(q.recent('calls', [], ONLY.failedCalls)), q.recent('calls', [], ONLY.counted));
}

/** The share of calls in the time range that failed after all retries. */
export function rangeErrorRate(q: Queries): string {
  return share(q.orZero(q.total('calls', [], ONLY.failedCalls)), q.total('calls', [], ONLY.counted));
}

/** Attempts per call, over time. */
export function amplification(q: Queries, by: readonly string[]): string {
  return share(q.bars('attempts', by), q.bars('calls', by));
}

/** Error types by kind of failure. */
export const TROUBLE: Readonly<Record<string, string>> = {
  '429 rate limit': 'rate_limit_error',
  '529 overloaded': 'overloaded_error',
  '5xx server error': 'api_error|timeout_error',
  timeout: 'client_timeout_error',
  connection: 'connection_error',
};

/** Every error type with its own color. */
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

/** Every kind of attempt with its own color. */
export const ATTEMPT_KINDS: readonly AttemptKind[] = [
  'ok',
  'rate_limit',
  'overloaded',
  'server_error',
  'network',
  'timeout',
  'authentication',
  'billing',
  'permission',
  'not_found',
  'invalid',
  'broken_stream',
  'other',
];

/** Every status with its own color. */
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
  'no response',
];

/** The firing alerts: those of Prometheus rules, and Grafana's own if it writes their state to Prometheus. */
export function firing(matchers: string, filter = ''): string {
  return `{__name__=~"ALERTS|GRAFANA_ALERTS", alertstate="firing", ${[matchers, filter].filter(Boolean).join(', ')}}`;
}

/** Matchers for alerts, from the variables. An alert for no service, or for all clusters, lacks some labels. */
export function serviceOrNone({ service }: Queries): string {
  return service.map((label) => `${label}=~"$${label}|"`).join(', ');
}
