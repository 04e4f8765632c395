/** The kinds of attempts that rules distinguish. */
import type { Attempt } from './attempt.ts';

/** How an attempt ended, as a closed set: `ok`, or the kind of failure. */
export type AttemptKind =
  | 'ok'
  | 'rate_limit'
  | 'overloaded'
  | 'server_error'
  | 'network'
  | 'timeout'
  | 'authentication'
  | 'billing'
  | 'permission'
  | 'not_found'
  | 'invalid'
  /** The response started with a 2xx status, but its body was cut or unreadable. */
  | 'broken_stream'
  | 'other';

const KINDS: Readonly<Record<string, AttemptKind>> = {
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  api_error: 'server_error',
  timeout_error: 'server_error',
  connection_error: 'network',
  client_timeout_error: 'timeout',
  authentication_error: 'authentication',
  billing_error: 'billing',
  permission_error: 'permission',
  not_found_error: 'not_found',
  invalid_request_error: 'invalid',
  request_too_large: 'invalid',
  conflict_error: 'invalid',
};

/** Error types for the end of a connection after a response has started. */
const CUT: ReadonlySet<string> = new Set(['connection_error', 'client_timeout_error', 'client_error']);

/**
 * The kind of `attempt` according to its known facts. `undefined` while it is open and if the application canceled it. An `error`
 * event in a stream that started successfully has the kind of the status that it stands for.
 */
export function attemptKind({ failure, response, disposition }: Attempt): AttemptKind | undefined {
  if (!failure) return disposition === 'ok' ? 'ok' : undefined;
  if (failure.billing) return 'billing';
  const { errorType } = failure;
  const status = response?.status ?? 0;
  const accepted = status >= 200 && status < 300;
  if (accepted && CUT.has(errorType)) return 'broken_stream';
  if (Object.hasOwn(KINDS, errorType)) return KINDS[errorType];
  if (accepted) return 'broken_stream';
  if (status >= 500) return 'server_error';
  if (status === 408) return 'timeout';
  return status === 422 ? 'invalid' : 'other';
}
