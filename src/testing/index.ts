/**
 * A faithful local stand-in for the Anthropic API, for tests and demonstrations.
 *
 * @packageDocumentation
 */

export { answer } from './answer.ts';
export type { Answer, DeliveryOptions, Ending, ErrorAnswerOptions, OkOptions } from './answer-types.ts';
export type { AnthropicServer } from './anthropic-server.ts';
export type { JsonObject } from './json.ts';
export type { ReceivedRequest, SentTotals, Totals } from './ledger.ts';
export type { MessageScript } from './message.ts';
export { DEFAULT_MODELS } from './models.ts';
export type { AnthropicServerOptions } from './options.ts';
export type { FaultOptions, RequestMatch } from './plan.ts';
export type { Platform } from './platform.ts';
export type { ModelClassLimits, RateLimitOptions } from './rate-limits.ts';
export { loadRecording, loadRecordings, type Recording } from './recording.ts';
export { startAnthropicServer } from './server.ts';
export type { TokenCounts } from './usage.ts';
