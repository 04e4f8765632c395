/** Names that rules, dashboards and runbooks share. */
import { ATTR } from '../../signals/names.ts';
import { prometheusLabel } from './promql.ts';

/** The label that names the model. */
export const MODEL: string = prometheusLabel(ATTR.requestModel);
/** The label that names the path of the API. */
export const ROUTE: string = prometheusLabel(ATTR.httpRoute);
/** The label that names the kind of an attempt. */
export const KIND: string = prometheusLabel(ATTR.attemptKind);
/** The label that names a rate limit. */
export const LIMIT: string = prometheusLabel(ATTR.rateLimit);
/** The label that names a queue of calls. */
export const QUEUE: string = prometheusLabel(ATTR.queue);
/** The label that names a stop reason. */
export const STOP_REASON: string = prometheusLabel(ATTR.stopReason);

/** Names of the records. `job` stands for the grouping labels, `instance` for those of a process. What ends in `5m` is of the last 5 minutes. */
export const RECORDS = {
  callsByOutcome: 'job_model_outcome:anthropic_client_calls:sum5m',
  attemptsByKind: 'job_model_kind:anthropic_client_attempts:sum5m',
  exhausted: 'job_model:anthropic_client_retries_exhausted:sum5m',
  modelCalls: 'job_model:anthropic_client_calls:sum5m',
  calls: 'job:anthropic_client_calls:sum5m',
  modelFailed: 'job_model:anthropic_client_failed_calls:sum5m',
  failed: 'job:anthropic_client_failed_calls:sum5m',
  modelFailedRatio: 'job_model:anthropic_client_failed_calls:ratio5m',
  failedRatio: 'job:anthropic_client_failed_calls:ratio5m',
  modelAttemptRatio: 'job_model_kind:anthropic_client_attempts:ratio5m',
  attemptRatio: 'job_kind:anthropic_client_attempts:ratio5m',
  failedAttemptRatio: 'job:anthropic_client_failed_attempts:ratio5m',
  headroom: 'job_model_limit:anthropic_client_rate_limit_headroom:min',
  waiting: 'job_model:anthropic_client_first_byte_age:quantile',
  waitLimit: 'job_model:anthropic_client_first_byte_age_limit:p99',
  modelTimedOutRatio: 'job_model:anthropic_client_timed_out_calls:ratio5m',
  timedOutRatio: 'job:anthropic_client_timed_out_calls:ratio5m',
  durationRate: 'job_model:anthropic_client_call_duration_sum:rate5m',
  callRate: 'job_model:anthropic_client_call_duration_count:rate5m',
  tokenRate: 'job_model:anthropic_client_output_tokens:rate5m',
  slowness: 'job_model:anthropic_client_call_slowness:ratio5m',
  firstChunk: 'job_model:anthropic_client_time_to_first_chunk:mean5m',
  cost: 'job:anthropic_client_cost:sum5m',
  stopReasons: 'job_stop_reason:anthropic_client_calls:increase5m',
  cacheRead: 'job_model:anthropic_client_cache_read_tokens:increase5m',
  input: 'job_model:anthropic_client_input_tokens:increase5m',
  processes: 'job:anthropic_client_processes:count',
  retirement: 'job_model:anthropic_client_model_retirement_days:min',
  replicaFailed: 'job_instance:anthropic_client_failed_attempts:sum5m',
} as const;
