/**
 * A local server that behaves like the Claude API, for tests and demonstrations.
 *
 * @packageDocumentation
 */

export type { AnthropicServer } from './anthropic-server.ts';
export type { ReceivedRequest, SentTotals, Totals } from './api/ledger.ts';
export type { MessageScript } from './api/message.ts';
export { DEFAULT_MODELS } from './api/models.ts';
export type { Platform } from './api/platform.ts';
export type { ModelClassLimits, RateLimitOptions } from './api/rate-limits.ts';
export type { TokenCounts } from './api/usage.ts';
export type { JsonObject } from './json.ts';
export type { AnthropicServerOptions } from './options.ts';
export type {
  DeliveryOptions,
  Ending,
  ErrorResponseOptions,
  OkOptions,
  PlannedResponse,
} from './script/planned-response.ts';
export { loadRecording, loadRecordings, type Recording } from './script/recording.ts';
export { respond } from './script/respond.ts';
export type { FaultOptions, RequestMatch } from './script/response-plan.ts';
export { startAnthropicServer } from './server.ts';
