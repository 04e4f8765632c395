/**
 * The attribute names that this package writes. Standard names come first.
 *
 * The `gen_ai.*` names are from the OpenTelemetry GenAI conventions as of October 2026 (open-telemetry/semantic-conventions-genai,
 * development). They are copied because no npm package contains them: `@opentelemetry/semantic-conventions` 1.45 still has the names
 * from before the split. This package's own names, for which no convention exists, start with `anthropic.`.
 */
export const ATTR = {
  errorType: 'error.type',
  httpRequestMethod: 'http.request.method',
  httpResendCount: 'http.request.resend_count',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  processCreationTime: 'process.creation.time',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  urlFull: 'url.full',

  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  conversationId: 'gen_ai.conversation.id',
  stream: 'gen_ai.request.stream',
  maxTokens: 'gen_ai.request.max_tokens',
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  topK: 'gen_ai.request.top_k',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  modality: 'gen_ai.token.modality',

  method: 'anthropic.method',
  outcome: 'anthropic.outcome',
  fault: 'anthropic.error.fault',
  errorCode: 'anthropic.error.code',
  disposition: 'anthropic.attempt.disposition',
  attemptNumber: 'anthropic.attempt.number',
  attemptCount: 'anthropic.attempt.count',
  requestId: 'anthropic.request.id',
  retryAfter: 'anthropic.retry_after',
  retryDelay: 'anthropic.retry.delay',
  retryDelayTotal: 'anthropic.retry.delay_total',
  attemptTimeToFirstChunk: 'anthropic.attempt.time_to_first_chunk',
  attemptErrorType: 'anthropic.error.type',
  rateLimit: 'anthropic.rate_limit.type',
  stopReason: 'anthropic.stop_reason',
  servedBy: 'anthropic.served_by',
  canceledBy: 'anthropic.canceled_by',
  attemptKind: 'anthropic.attempt.kind',
  repeated: 'anthropic.call.repeated',
  callPhase: 'anthropic.call.phase',
  fallbackFrom: 'anthropic.fallback.from_model',
  fallbackTo: 'anthropic.fallback.to_model',
  fallbackCause: 'anthropic.fallback.cause',
  serverTool: 'anthropic.server_tool',
  batchResult: 'anthropic.batch.result',
  decision: 'anthropic.resilience.decision',
  decisions: 'anthropic.resilience.decisions',
  queue: 'anthropic.resilience.queue',
  costKind: 'anthropic.cost.kind',
  costUsd: 'anthropic.cost.usd',
  stage: 'anthropic.telemetry.stage',
  observed: 'anthropic.telemetry.observed',
} as const;

/**
 * Attributes of the SDK's call span that this package reads, in addition to those in `ATTR`. Seen on `@anthropic-ai/sdk` 1.11.0. None
 * of them contains content.
 */
export const SDK_ATTR = {
  stopReason: 'anthropic.message.stop_reason',
  serviceTier: 'anthropic.response.service_tier',
  cacheWrite5m: 'anthropic.usage.cache_creation.ephemeral_5m_input_tokens',
  cacheWrite1h: 'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
  compactionInput: 'anthropic.usage.compaction.input_tokens',
  compactionOutput: 'anthropic.usage.compaction.output_tokens',
} as const;

/** The attribute name of a `withAttributes` key. */
export function attributionAttribute(key: string): string {
  return `anthropic.attribution.${key}`;
}

/** The label that distinguishes the series of several processes at one endpoint. The first process has none. */
export const PROCESS_LABEL = 'anthropic_process';
