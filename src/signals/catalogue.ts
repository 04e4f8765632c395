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

const INFERENCE: readonly string[] = [
  ATTR.operation,
  ATTR.provider,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.serverAddress,
  ATTR.serverPort,
];

const CALL: readonly string[] = [ATTR.method, ATTR.requestModel];

const tokens = (name: string, what: string): MetricDefinition => ({
  name: `gen_ai.client.inference.usage.${name}`,
  kind: 'counter',
  unit: '{token}',
  description: what,
  attributes: [...INFERENCE, ATTR.modality],
  integer: true,
});

/** A metric's short name, as the code uses it. */
export type MetricKey =
  | 'inferenceDuration'
  | 'timeToFirstChunk'
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'inputTokensPerCall'
  | 'outputTokensPerCall'
  | 'calls'
  | 'attempts'
  | 'attemptDuration'
  | 'retryDelay'
  | 'retriesExhausted'
  | 'authenticationFailures'
  | 'authenticationFailureTime'
  | 'serverErrorStreaks'
  | 'serverErrorStreak'
  | 'activeCalls'
  | 'rateLimitLimit'
  | 'rateLimitRemaining'
  | 'rateLimitResetTime'
  | 'rateLimitLow'
  | 'cost'
  | 'unpricedCalls'
  | 'startTime'
  | 'telemetryErrors'
  | 'telemetryClients';

/** Every metric of this package, by its short name. */
export const METRICS: Readonly<Record<MetricKey, MetricDefinition>> = {
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
    attributes: [...CALL, ATTR.provider, ATTR.outcome, ATTR.errorType, ATTR.fault, ATTR.stream],
    integer: true,
  },
  attempts: {
    name: 'anthropic.client.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'HTTP attempts, with what the API really answered.',
    attributes: [
      ...CALL,
      ATTR.provider,
      ATTR.httpStatus,
      ATTR.errorType,
      ATTR.fault,
      ATTR.disposition,
      ATTR.tier,
    ],
    integer: true,
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
  authenticationFailures: {
    name: 'anthropic.client.authentication_failures',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts that the API answered with 401.',
    attributes: [ATTR.httpRoute],
    integer: true,
  },
  authenticationFailureTime: {
    name: 'anthropic.client.authentication_failure_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When the API last answered 401, as a Unix time.',
    attributes: [ATTR.httpRoute],
  },
  serverErrorStreaks: {
    name: 'anthropic.client.server_error_streaks',
    kind: 'counter',
    unit: '{streak}',
    description:
      'Runs of consecutive 5xx answers (529 apart) on one path, counted when the second one arrives.',
    attributes: [ATTR.httpRoute, ATTR.requestModel],
    integer: true,
  },
  serverErrorStreak: {
    name: 'anthropic.client.server_error_streak',
    kind: 'observable_gauge',
    unit: '{attempt}',
    description: 'Consecutive 5xx answers (529 apart) on one path, as of the last answer.',
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
    attributes: [ATTR.rateLimit, ATTR.requestModel, ATTR.tier],
    integer: true,
  },
  rateLimitRemaining: {
    name: 'anthropic.client.rate_limit.remaining',
    kind: 'observable_gauge',
    unit: '{unit}',
    description: 'What is left of a rate limit, as the API last stated it.',
    attributes: [ATTR.rateLimit, ATTR.requestModel, ATTR.tier],
    integer: true,
  },
  rateLimitResetTime: {
    name: 'anthropic.client.rate_limit.reset_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When a rate limit is full again, as a Unix time.',
    attributes: [ATTR.rateLimit, ATTR.requestModel, ATTR.tier],
  },
  rateLimitLow: {
    name: 'anthropic.client.rate_limit.low',
    kind: 'counter',
    unit: '{crossing}',
    description: 'Times that what is left of a rate limit fell below 10 %.',
    attributes: [ATTR.rateLimit, ATTR.requestModel, ATTR.tier],
    integer: true,
  },
  cost: {
    name: 'anthropic.client.cost',
    kind: 'counter',
    unit: '{USD}',
    description: 'Estimated cost by the list prices of the price table.',
    attributes: [ATTR.requestModel, ATTR.costKind],
  },
  unpricedCalls: {
    name: 'anthropic.client.unpriced_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that used tokens of a model without a known price: the cost estimate leaves them out.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
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
};
