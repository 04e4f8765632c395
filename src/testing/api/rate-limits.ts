import { expectInteger, expectOptions } from '../expect.ts';
import { isObject } from '../json.ts';
import type { ApiError } from './errors.ts';
import { RateLimitBucket } from './rate-limit-bucket.ts';

/** The limits of one model class, each per `windowMs`. */
export interface ModelClassLimits {
  /** Requests. @default 4000 */
  readonly requests?: number;
  /** Input tokens, without cache reads. @default 2000000 */
  readonly inputTokens?: number;
  /** Output tokens. @default 400000 */
  readonly outputTokens?: number;
}

/** The rate limits of the organization. */
export interface RateLimitOptions extends ModelClassLimits {
  /** Milliseconds in which an empty bucket refills. @default 60000 */
  readonly windowMs?: number;
  /** Different limits for some model classes, by name: `opus-5`, `sonnet-4`, `haiku-3`. */
  readonly classes?: Readonly<Record<string, ModelClassLimits>>;
}

const DEFAULTS: Required<ModelClassLimits> = {
  requests: 4000,
  inputTokens: 2_000_000,
  outputTokens: 400_000,
};
const LIMIT_NAMES: readonly string[] = Object.keys(DEFAULTS);

type Buckets = Record<keyof ModelClassLimits, RateLimitBucket>;

/** The class of models that share limits: family and major version, `opus-5` for `claude-opus-5-5`. */
export function modelClass(model: string | null): string {
  if (model === null) return 'default';
  const family = /(opus|sonnet|haiku|fable|mythos)/.exec(model)?.[1];
  const major = /(?:^|-)(\d{1,2})(?:-|$|@)/.exec(model)?.[1];
  return family === undefined ? model : `${family}-${major ?? '0'}`;
}

/** @throws TypeError that names the first wrong limit */
export function checkRateLimits(limits: RateLimitOptions): void {
  expectOptions('rateLimits', limits, [...LIMIT_NAMES, 'windowMs', 'classes']);
  expectInteger('rateLimits.windowMs', limits.windowMs, 1);
  checkClass('rateLimits', limits);
  if (limits.classes === undefined) return;
  if (!isObject(limits.classes))
    throw new TypeError('Expected `rateLimits.classes` to be an object of limits');
  for (const [name, own] of Object.entries(limits.classes)) {
    expectOptions(`rateLimits.classes.${name}`, own, LIMIT_NAMES);
    checkClass(`rateLimits.classes.${name}`, own);
  }
}

function checkClass(path: string, limits: ModelClassLimits): void {
  expectInteger(`${path}.requests`, limits.requests);
  expectInteger(`${path}.inputTokens`, limits.inputTokens);
  expectInteger(`${path}.outputTokens`, limits.outputTokens);
}

/** The organization's rate limits: three token buckets per model class. */
export class RateLimits {
  readonly #now: () => number;
  readonly #classes = new Map<string, Buckets>();
  #options: RateLimitOptions;

  constructor(options: RateLimitOptions, now: () => number) {
    checkRateLimits(options);
    this.#options = options;
    this.#now = now;
  }

  get options(): RateLimitOptions {
    return this.#options;
  }

  /** Changes the limits. Every bucket is full again. */
  set options(options: RateLimitOptions) {
    checkRateLimits(options);
    this.#options = options;
    this.#classes.clear();
  }

  /** Refills every bucket. */
  reset(): void {
    this.#classes.clear();
  }

  /** The 429 for a request that finds a bucket empty, or `undefined` if the request may pass. */
  error(model: string | null, inputTokens: number): ApiError | undefined {
    const buckets = this.#buckets(model);
    const wanted = [
      ['requests', 1, 'requests'],
      ['inputTokens', inputTokens, 'input tokens'],
      ['outputTokens', 1, 'output tokens'],
    ] as const;
    for (const [name, amount, words] of wanted) {
      const bucket = buckets[name];
      if (bucket.remaining >= amount) continue;
      const limit = bucket.limit.toLocaleString('en-US');
      return {
        status: 429,
        type: 'rate_limit_error',
        message: `This request would exceed your organization's rate limit of ${limit} ${words} per minute (model: ${model}).`,
        retryAfter: Math.max(1, Math.ceil(bucket.msUntil(amount) / 1000)),
      };
    }
    return undefined;
  }

  /** Takes one request and its tokens from the buckets of the model's class. */
  take(model: string | null, inputTokens: number, outputTokens: number): void {
    const buckets = this.#buckets(model);
    buckets.requests.take(1);
    buckets.inputTokens.take(inputTokens);
    buckets.outputTokens.take(outputTokens);
  }

  /** Sets the remaining amounts for the model's class. A limit that is not given stays unchanged. */
  drain(model: string, remaining: ModelClassLimits): void {
    expectOptions('remaining', remaining, LIMIT_NAMES);
    checkClass('remaining', remaining);
    const buckets = this.#buckets(model);
    for (const name of LIMIT_NAMES as readonly (keyof ModelClassLimits)[]) {
      const amount = remaining[name];
      if (amount !== undefined) buckets[name].remaining = amount;
    }
  }

  /** The twelve `anthropic-ratelimit-*` headers. `reset` is the second in which the bucket is full, in RFC 3339. */
  headers(model: string | null): Record<string, string> {
    const { requests, inputTokens, outputTokens } = this.#buckets(model);
    const headers: Record<string, string> = {};
    const add = (name: string, of: readonly RateLimitBucket[]): void => {
      const sum = (part: (bucket: RateLimitBucket) => number): number =>
        of.reduce((total, bucket) => total + part(bucket), 0);
      const fullAt = this.#now() + Math.max(...of.map((bucket) => bucket.msUntil(bucket.limit)));
      headers[`anthropic-ratelimit-${name}-limit`] = String(sum((bucket) => bucket.limit));
      headers[`anthropic-ratelimit-${name}-remaining`] = String(
        sum((bucket) => Math.floor(bucket.remaining)),
      );
      headers[`anthropic-ratelimit-${name}-reset`] = rfc3339(fullAt);
    };
    add('requests', [requests]);
    add('input-tokens', [inputTokens]);
    add('output-tokens', [outputTokens]);
    // The API reports input and output together as `tokens`.
    add('tokens', [inputTokens, outputTokens]);
    return headers;
  }

  #buckets(model: string | null): Buckets {
    const name = modelClass(model);
    let buckets = this.#classes.get(name);
    if (buckets === undefined) {
      const { windowMs = 60_000, classes = {} } = this.#options;
      const limits = { ...DEFAULTS, ...defined(this.#options), ...defined(classes[name] ?? {}) };
      const bucket = (limit: number): RateLimitBucket => new RateLimitBucket(limit, windowMs, this.#now);
      buckets = {
        requests: bucket(limits.requests),
        inputTokens: bucket(limits.inputTokens),
        outputTokens: bucket(limits.outputTokens),
      };
      this.#classes.set(name, buckets);
    }
    return buckets;
  }
}

function defined(limits: ModelClassLimits): ModelClassLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/** Whole seconds, rounded up, as the API writes them. */
function rfc3339(ms: number): string {
  return new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
