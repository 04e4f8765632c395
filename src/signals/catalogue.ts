/**
 * The metric catalogue: every metric that this package records, once. Instruments, `docs/metrics.md`,
 * rules, dashboards and their tests are made from it or checked against it.
 *
 * Own counters and gauges use `{annotation}` units only, because those give the same Prometheus name
 * whether scraped from the JS exporter or sent by OTLP (which appends `_seconds`, `_ratio`, `_USD`
 * for real units). Histograms in seconds differ between the two paths: see `docs/metrics.md`.
 */
import type { MetricDefinition } from './metric-definition.ts';
import { ATTR } from './names.ts';
import { RESILIENCE_METRICS } from './resilience-metrics.ts';

/** Bucket boundaries of the GenAI conventions for durations, extended to the SDK's default timeout. */
const DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
  655.36,
] as const;

/** Bucket boundaries of the GenAI conventions for token counts. */
const TOKEN_BUCKETS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
] as const;

/** Waits between attempts: the SDK's own backoff is 0.5 to 8 s, `retry-after` can be minutes. */
const DELAY_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300] as const;

const INFERENCE = [
  ATTR.operation,
  ATTR.provider,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.serverAddress,
  ATTR.serverPort,
] as const;

const CALL = [ATTR.method, ATTR.requestModel] as const;

const tokens = <Name extends string>(name: Name, what: string) =>
  ({
    name: `gen_ai.client.inference.usage.${name}`,
    kind: 'counter',
    unit: '{token}',
    description: what,
    attributes: [...INFERENCE, ATTR.modality],
    integer: true,
    attribution: true,
  }) as const;

/** Every metric of this package, by its short name. */
export const METRICS = {
  inferenceDuration: {
    name: 'gen_ai.client.inference.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Duration of a call, with all its attempts, the waits between them and the reading of its stream.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: DURATION_BUCKETS,
  },
  timeToFirstChunk: {
    name: 'gen_ai.client.inference.time_to_first_chunk',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the start of the last attempt of a streamed call to its first content chunk.',
    attributes: INFERENCE,
    boundaries: DURATION_BUCKETS,
  },
  inputTokens: tokens(
    'input_tokens',
    'Input tokens, those read from and written to the prompt cache included.',
  ),
  outputTokens: tokens('output_tokens', 'Output tokens, thinking included.'),
  cacheReadTokens: tokens(
    'cache_read.input_tokens',
    'Input tokens read from the prompt cache; part of the input tokens.',
  ),
  cacheWriteTokens: tokens(
    'cache_write.input_tokens',
    'Input tokens written to the prompt cache; part of the input tokens.',
  ),
  reasoningTokens: tokens(
    'reasoning.output_tokens',
    'Output tokens spent on thinking; part of the output tokens.',
  ),
  inputTokensPerCall: {
    name: 'gen_ai.client.inference.operation.input_tokens',
    kind: 'histogram',
    unit: '{token}',
    description: 'Input tokens per call.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: TOKEN_BUCKETS,
    integer: true,
  },
  outputTokensPerCall: {
    name: 'gen_ai.client.inference.operation.output_tokens',
    kind: 'histogram',
    unit: '{token}',
    description: 'Output tokens per call.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: TOKEN_BUCKETS,
    integer: true,
  },
  calls: {
    name: 'anthropic.client.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Ended calls of SDK methods, after all retries.',
    attributes: [
      ...CALL,
      ATTR.provider,
      ATTR.outcome,
      ATTR.errorType,
      ATTR.fault,
      ATTR.stream,
      ATTR.stopReason,
      ATTR.servedBy,
      ATTR.canceledBy,
    ],
    integer: true,
    attribution: true,
  },
  attempts: {
    name: 'anthropic.client.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'HTTP attempts, by the response of the API.',
    attributes: [...CALL, ATTR.provider, ATTR.httpStatus, ATTR.errorType, ATTR.fault, ATTR.disposition],
    integer: true,
    attribution: true,
  },
  attemptDuration: {
    name: 'anthropic.client.attempt.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of an attempt on the wire, without the waits between attempts.',
    attributes: [...CALL, ATTR.errorType],
    boundaries: DURATION_BUCKETS,
  },
  retryDelay: {
    name: 'anthropic.client.retry.delay',
    kind: 'histogram',
    unit: 's',
    description: 'Time waited before a retry, by the error that caused it.',
    attributes: [ATTR.requestModel, ATTR.errorType],
    boundaries: DELAY_BUCKETS,
  },
  retriesExhausted: {
    name: 'anthropic.client.retries_exhausted',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls whose last allowed attempt failed with a retryable error.',
    attributes: [...CALL, ATTR.errorType],
    integer: true,
  },
  repeatedCalls: {
    name: 'anthropic.client.repeated_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that repeat, within a minute, the request of a call that failed after its own retries: a retry loop around the SDK, which multiplies the load.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  authenticationFailures: {
    name: 'anthropic.client.authentication_failures',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts with response 401.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  authenticationFailureTime: {
    name: 'anthropic.client.authentication_failure_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When the API last responded with 401, as a Unix time.',
    attributes: [ATTR.httpRoute],
  },
  serverErrorStreaks: {
    name: 'anthropic.client.server_error_streaks',
    kind: 'counter',
    unit: '{streak}',
    description:
      'Runs of consecutive 5xx responses (529 apart) on one path, counted when the second one arrives.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  serverErrorStreak: {
    name: 'anthropic.client.server_error_streak',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description: 'Consecutive 5xx responses (529 apart) on one path, as of the last response.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  activeCalls: {
    name: 'anthropic.client.active_calls',
    kind: 'up_down_counter',
    unit: '{call}',
    description: 'Calls in progress.',
    attributes: CALL,
    integer: true,
  },
  rateLimitLimit: {
    name: 'anthropic.client.rate_limit.limit',
    kind: 'observable_gauge',
    unit: '{unit}',
    description: 'A rate limit as the API last stated it.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
  rateLimitRemaining: {
    name: 'anthropic.client.rate_limit.remaining',
    kind: 'observable_gauge',
    unit: '{unit}',
    description: 'What is left of a rate limit, as the API last stated it.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
  rateLimitResetTime: {
    name: 'anthropic.client.rate_limit.reset_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When a rate limit is full again, as a Unix time.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
  },
  rateLimitLow: {
    name: 'anthropic.client.rate_limit.low',
    kind: 'counter',
    unit: '{crossing}',
    description: 'Times that what is left of a rate limit fell below 10 %.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
  cost: {
    name: 'anthropic.client.cost',
    kind: 'counter',
    unit: '{USD}',
    description: 'Estimated cost by the list prices of the price table.',
    attributes: [ATTR.requestModel, ATTR.costKind],
    attribution: true,
  },
  unpricedCalls: {
    name: 'anthropic.client.unpriced_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that used tokens without a known price, by their model, the priority tier or the fast mode: the cost estimate leaves them out.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  fallbacks: {
    name: 'anthropic.client.fallbacks',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that another model than the requested one served, by the reason for the change.',
    attributes: [ATTR.fallbackFrom, ATTR.fallbackTo, ATTR.fallbackCause],
    integer: true,
  },
  serverToolUses: {
    name: 'anthropic.client.server_tool_uses',
    kind: 'counter',
    unit: '{use}',
    description: 'Billed uses of server tools, such as web searches.',
    attributes: [ATTR.requestModel, ATTR.serverTool],
    integer: true,
  },
  batchRequests: {
    name: 'anthropic.client.batch_requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests of Message Batches, by result, counted when the application reads the results.',
    attributes: [ATTR.requestModel, ATTR.batchResult],
    integer: true,
  },
  modelRetirementDays: {
    name: 'anthropic.client.model_retirement_days',
    kind: 'observable_gauge',
    unit: '{day}',
    description:
      'Days until a used model retires, negative after its retirement; absent where no date is set.',
    attributes: [ATTR.requestModel],
  },
  recentCalls: {
    name: 'anthropic.client.recent_calls',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls that ended in the last 5 minutes. For detection: rules read it, dashboards read the counters.',
    attributes: [ATTR.requestModel, ATTR.outcome, ATTR.canceledBy, ATTR.stream],
    integer: true,
  },
  recentAttempts: {
    name: 'anthropic.client.recent_attempts',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description:
      'Attempts of the last 5 minutes, by kind: accepted ones from their end on, failed ones from their response on, also while their retry waits. Canceled ones count nowhere. For detection.',
    attributes: [ATTR.requestModel, ATTR.attemptKind],
    integer: true,
  },
  recentRetriesExhausted: {
    name: 'anthropic.client.recent_retries_exhausted',
    kind: 'observable_gauge',
    unit: '{call}',
    description:
      'Calls of the last 5 minutes whose last allowed attempt failed with a retryable error. For detection.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  recentCost: {
    name: 'anthropic.client.recent_cost',
    kind: 'observable_gauge',
    unit: '{USD}',
    description: 'Estimated cost of the last 5 minutes. For detection.',
    attributes: [],
    attribution: true,
  },
  authenticationFailureAge: {
    name: 'anthropic.client.authentication_failure_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description: 'Time since the last response with 401; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  authenticationFailing: {
    name: 'anthropic.client.authentication_failing',
    kind: 'observable_gauge',
    unit: '{state}',
    description:
      '1 from a response with 401 until an attempt on the same path is accepted, then 0. For detection.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  serverErrorRunAge: {
    name: 'anthropic.client.server_error_run_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'Time since a run of two or more consecutive 5xx responses (529 apart) on one path, whatever the models, last grew; absent if there was none. For detection.',
    attributes: [ATTR.httpRoute],
  },
  rateLimitHeadroom: {
    name: 'anthropic.client.rate_limit.headroom',
    kind: 'observable_gauge',
    unit: '{share}',
    description:
      'What is left of a rate limit as a share of it, 1 once its reset time has passed. For detection.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
  },
  oldestCallAge: {
    name: 'anthropic.client.oldest_call_age',
    kind: 'observable_gauge',
    unit: '{second}',
    description:
      'How long the oldest open call has been in its phase: first_byte (no response yet; of a streamed message, no content), streaming (reading the response) or retry_wait. 0 where a model had such a call and has none now. For detection.',
    attributes: [ATTR.requestModel, ATTR.callPhase],
  },
  ...RESILIENCE_METRICS,
  startTime: {
    name: 'anthropic.client.start_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When the counters of this process started at zero, as a Unix time.',
    attributes: [],
  },
  telemetryErrors: {
    name: 'anthropic.telemetry.errors',
    kind: 'counter',
    unit: '{error}',
    description:
      'Failures of this package or of the telemetry code that it calls. They never reach the application.',
    attributes: [ATTR.stage],
    integer: true,
  },
  telemetryClients: {
    name: 'anthropic.telemetry.clients',
    kind: 'counter',
    unit: '{client}',
    description:
      'Clients of the SDK that were made. One that is not observed is bundled, or was loaded before this package: its calls are counted without their attempts.',
    attributes: [ATTR.observed],
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** A metric's short name, as the code uses it. */
export type MetricKey = keyof typeof METRICS;

/** The attribute keys that points of a metric can carry. */
export type AttributeOf<Key extends MetricKey> = (typeof METRICS)[Key]['attributes'][number];
