/** What the errors dashboard must show of calls. */
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';

import { any, counted, exhausted, failed, failedCall, interrupted, isOk, quotient } from '../support/sums.ts';
import type { Summed } from './collected.ts';

export function errors(all: Summed): void {
  const model = 'gen_ai_request_model';
  all.one(
    'count',
    'errors: Error rate in the time range',
    'A',
    all.sums.total(failedCall) / all.sums.total(counted),
  );
  all.count('errors: Failed calls', 'A', failedCall);
  all.count('errors: Out of retries', 'A', exhausted);
  all.tried('errors: Failed attempts', 'A', failed);
  all.tried('errors: Retried attempts', 'A', ({ disposition }) => disposition === 'retried');
  all.tried('errors: Interrupted streams', 'A', interrupted);
  const trouble = [
    ['rate_limit_error'],
    ['overloaded_error'],
    ['api_error', 'timeout_error'],
    ['client_timeout_error'],
    ['connection_error'],
  ];
  for (const [index, types] of trouble.entries()) {
    const refIds = 'ABCDEFGHIJ'.charAt(index) + 'ABCDEFGHIJ'.charAt(index + 5);
    all.tried('errors: 429, 529, 5xx, timeouts: which kind?', refIds, ({ errorType }) =>
      types.includes(errorType ?? ''),
    );
  }
  all.tried('errors: Interrupted streams, by error type', 'AB', interrupted, 'error_type');
  all.tried('errors: Failed attempts, by error type', 'AB', failed, 'error_type');
  all.tried('errors: Failed attempts, by service', 'B', failed, 'service');
  all.ten('errors: Failed attempts, by service', all.sums.ofAttempts(failed, 'service'));
  all.tried('errors: Failed attempts, by model', 'AB', failed, model);
  all.tried('errors: By status', 'AB', failed, 'http_response_status_code');
  all.tried('errors: By method of the SDK', 'AB', failed, 'anthropic_method');
  all.tried('errors: By who has to act', 'AB', failed, 'anthropic_error_fault');
  all.tried(
    'errors: By path: runs of 5xx, and responses 401',
    'BD',
    ({ status }) => status === '401',
    'http_route',
  );
  all.count(
    'errors: Failed calls, by provider and stream',
    'AB',
    failedCall,
    'gen_ai_provider_name',
    'gen_ai_request_stream',
  );
  all.tried('errors: Failed attempts: retried or final', 'AB', failed, 'anthropic_attempt_disposition');
  all.count('errors: Calls out of retries, by model', 'AB', exhausted, model);
  all.as(
    'quotient',
    'errors: Attempts per call, by model',
    'A',
    model,
    quotient(all.sums.ofAttempts(any, model), all.sums.ofCalls(any, model)),
  );
  all.count('errors: Retry loops around the SDK, by model', 'AB', ({ repeated }) => repeated, model);
  for (const [index, reason] of DEFAULT_CONFIG.stopReasons.reasons.entries()) {
    all.one(
      'quotient',
      'errors: Responses cut off or withheld',
      'ABC'.charAt(index),
      all.sums.total((call) => isOk(call) && call.stopReason === reason) / all.sums.total(isOk),
    );
  }
  all.count(
    'errors: Canceled calls, by who canceled',
    'AB',
    ({ outcome }) => outcome === 'canceled',
    'anthropic_canceled_by',
  );
  all.count('errors: Calls, by what served them', 'AB', any, 'anthropic_served_by');
}
