import { DEFAULT_MODELS } from './api/models.ts';
import { checkRateLimits, type RateLimitOptions } from './api/rate-limits.ts';
import { expectFunction, expectInteger, expectNumber, expectOptions, expectStrings } from './expect.ts';

/** Options of `startAnthropicServer`. */
export interface AnthropicServerOptions {
  /** The port on 127.0.0.1; 0 chooses a free one. @default 0 */
  readonly port?: number;
  /** The available models. Any other model gets a 404. @default DEFAULT_MODELS */
  readonly models?: readonly string[];
  /** The valid keys, as `x-api-key` or as bearer token. @default any key, or no key */
  readonly apiKeys?: readonly string[];
  /** The organization's limits, per model class. @default 4000 requests, 2,000,000 in, 400,000 out, per minute */
  readonly rateLimits?: RateLimitOptions;
  /**
   * Milliseconds for a `retry-after-ms` header on every retryable error, in addition to `retry-after`. The SDK prefers this header, so
   * a test does not have to wait whole seconds. @default no such header
   */
  readonly retryAfterMs?: number;
  /** Largest request body in bytes; above it, 413. @default 33554432 (32 MiB) */
  readonly maxBodyBytes?: number;
  /** The number of deltas in a streamed block. @default 5 */
  readonly deltas?: number;
  /** Milliseconds before each SSE event except the first. @default 0 */
  readonly eventDelayMs?: number;
  /** Cuts every body into pieces of this many bytes. @default no cutting: one piece per SSE event */
  readonly chunkBytes?: number;
  /** Milliseconds until a message batch has ended. @default 0 */
  readonly batchMs?: number;
  /** How many of the newest requests `server.requests` keeps. The totals count all requests. @default Infinity */
  readonly keepRequests?: number;
  /** The clock of rate limits, prompt cache and batches, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** {@link AnthropicServerOptions} with every default filled in. */
export interface Settings {
  readonly port: number;
  readonly models: readonly string[];
  readonly apiKeys: readonly string[] | undefined;
  readonly rateLimits: RateLimitOptions;
  readonly retryAfterMs: number | undefined;
  readonly maxBodyBytes: number;
  readonly deltas: number;
  readonly eventDelayMs: number;
  readonly chunkBytes: number | undefined;
  readonly batchMs: number;
  readonly keepRequests: number;
  readonly now: () => number;
}

const DEFAULTS: Settings = {
  port: 0,
  models: DEFAULT_MODELS,
  apiKeys: undefined,
  rateLimits: {},
  retryAfterMs: undefined,
  maxBodyBytes: 32 * 1024 * 1024,
  deltas: 5,
  eventDelayMs: 0,
  chunkBytes: undefined,
  batchMs: 0,
  keepRequests: Number.POSITIVE_INFINITY,
  now: Date.now,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError naming the first wrong option and what was expected.
 */
export function resolveOptions(options: AnthropicServerOptions): Settings {
  expectOptions('options', options, Object.keys(DEFAULTS));
  expectInteger('port', options.port, 0, 65_535);
  expectStrings('models', options.models);
  expectStrings('apiKeys', options.apiKeys);
  if (options.rateLimits !== undefined) checkRateLimits(options.rateLimits);
  // The SDK takes 0 for "no such header" and would wait by itself.
  expectNumber('retryAfterMs', options.retryAfterMs, 1);
  expectInteger('maxBodyBytes', options.maxBodyBytes, 1);
  expectInteger('deltas', options.deltas, 1);
  expectNumber('eventDelayMs', options.eventDelayMs);
  expectInteger('chunkBytes', options.chunkBytes, 1);
  expectNumber('batchMs', options.batchMs);
  if (options.keepRequests !== Number.POSITIVE_INFINITY) expectInteger('keepRequests', options.keepRequests);
  expectFunction('now', options.now);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
