/** Reads the rate-limit headers of responses, and keeps their last values. */

/** The limits that the API states. */
export type RateLimitType =
  | 'requests'
  | 'tokens'
  | 'input_tokens'
  | 'output_tokens'
  | 'priority_input_tokens'
  | 'priority_output_tokens'
  | 'fast_input_tokens'
  | 'fast_output_tokens';

/** One limit as a response states it. Missing or invalid values are absent. */
export interface RateLimit {
  readonly type: RateLimitType;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** The header that states when the limit is full again: see `resetTimeOf`. */
  readonly reset?: string | undefined;
  /** When the response arrived, in Unix milliseconds. */
  readonly at: number;
}

/** The required part of `Headers`, to read one header. */
export interface HeaderReader {
  get(name: string): string | null;
}

type Field = 'limit' | 'remaining' | 'reset';
type Stated = { [Name in Field]?: string };

const FIELDS: readonly Field[] = ['limit', 'remaining', 'reset'];
const ANTHROPIC_PREFIXES: ReadonlyArray<readonly [RateLimitType, string]> = [
  ['requests', 'anthropic-ratelimit-requests'],
  ['tokens', 'anthropic-ratelimit-tokens'],
  ['input_tokens', 'anthropic-ratelimit-input-tokens'],
  ['output_tokens', 'anthropic-ratelimit-output-tokens'],
  ['priority_input_tokens', 'anthropic-priority-input-tokens'],
  ['priority_output_tokens', 'anthropic-priority-output-tokens'],
  ['fast_input_tokens', 'anthropic-fast-input-tokens'],
  ['fast_output_tokens', 'anthropic-fast-output-tokens'],
];

/** The API's headers, by type. Looking up a dozen names takes half as long as iterating over all headers. */
const ANTHROPIC: ReadonlyArray<Readonly<Record<Field, string>> & { readonly type: RateLimitType }> =
  ANTHROPIC_PREFIXES.map(([type, prefix]) => ({
    type,
    limit: `${prefix}-limit`,
    remaining: `${prefix}-remaining`,
    reset: `${prefix}-reset`,
  }));

/** The type and field of each header. */
const BY_NAME: ReadonlyMap<string, readonly [RateLimitType, Field]> = new Map(
  ANTHROPIC.flatMap(({ type, ...names }) =>
    FIELDS.map((field) => [names[field], [type, field] as const] as const),
  ),
);

/** The same for gateways, which write `x-ratelimit-<field>-<type>`. */
const GATEWAY: ReadonlyMap<string, readonly [RateLimitType, Field]> = new Map(
  (['requests', 'tokens'] as const).flatMap((type) =>
    FIELDS.map((field) => [`x-ratelimit-${field}-${type}`, [type, field] as const] as const),
  ),
);

/** The limits that `headers` state. `at` is the time of the response in Unix milliseconds. */
export function readRateLimits(
  headers: HeaderReader & Iterable<readonly [string, string]>,
  at: number,
): RateLimit[] {
  const limits: RateLimit[] = [];
  for (const { type, limit, remaining, reset } of ANTHROPIC) {
    const stated = headers.get(limit);
    if (stated === null) continue;
    limits.push({
      type,
      limit: count(stated),
      remaining: count(headers.get(remaining)),
      reset: time(headers.get(reset)),
      at,
    });
  }
  return limits.length > 0 ? limits : readOtherLimits(headers, at);
}

/** The limits of a gateway, or of an API that does not state the `limit` field. */
function readOtherLimits(headers: Iterable<readonly [string, string]>, at: number): RateLimit[] {
  const anthropic = new Map<RateLimitType, Stated>();
  const gateway = new Map<RateLimitType, Stated>();
  for (const [name, value] of headers) {
    if (!state(anthropic, BY_NAME.get(name), value)) state(gateway, GATEWAY.get(name), value);
  }
  const limits: RateLimit[] = [];
  for (const [type, { limit, remaining, reset }] of anthropic.size > 0 ? anthropic : gateway) {
    limits.push({ type, limit: count(limit), remaining: count(remaining), reset: time(reset), at });
  }
  return limits;
}

function state(
  limits: Map<RateLimitType, Stated>,
  what: readonly [RateLimitType, Field] | undefined,
  value: string,
): boolean {
  if (!what) return false;
  const [type, field] = what;
  let stated = limits.get(type);
  if (!stated) {
    stated = {};
    limits.set(type, stated);
  }
  stated[field] = value;
  return true;
}

/** A header's value as an integer. `undefined` for any other value: a malformed header counts as missing. */
function count(value: string | null | undefined): number | undefined {
  const digits = value?.trim() ?? '';
  if (digits === '' || digits.length > 15) return undefined;
  let number = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** The maximum length of a time, in UTF-16 code units. */
const MAX_TIME = 64;

/** A header's time, unparsed until it is needed. */
function time(value: string | null | undefined): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TIME ? value : undefined;
}

/** When `limit` is full again, in Unix seconds. The header has an RFC 3339 time or, from gateways, seconds from the response on. */
export function resetTimeOf({ reset, at }: RateLimit): number | undefined {
  if (reset === undefined) return undefined;
  const seconds = /^(\d{1,9}(?:\.\d+)?)s?$/.exec(reset.trim());
  if (seconds) return at / 1000 + Number(seconds[1]);
  const parsed = /^\d{4}-\d\d-\d\dT/.test(reset) ? Date.parse(reset) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed / 1000;
}

/**
 * The remaining share of `limit` at `now` in Unix seconds: 1 after its reset time. `undefined` if the response states no share, or
 * the limit is 0.
 */
export function headroomOf(limit: RateLimit, now: number): number | undefined {
  if (limit.limit === undefined || limit.limit === 0 || limit.remaining === undefined) return undefined;
  const reset = resetTimeOf(limit);
  return reset !== undefined && reset <= now ? 1 : limit.remaining / limit.limit;
}

/** The share of a limit below which it counts as low. */
export const LOW_SHARE = 0.1;

/** A stored limit, with the labels that its owner stores with it. */
export interface KnownLimit<Labels> {
  readonly labels: Labels;
  last: RateLimit;
  low: boolean;
}

/** The last stated value of each limit. The caller must bound the keys. */
export class KnownLimits<Labels> {
  /** By key, and by type. */
  readonly #known = new Map<string, Map<RateLimitType, KnownLimit<Labels>>>();

  /** Stores `limit` under its type and `key`. Returns whether it is new, and whether its remaining share just fell below 10%. */
  update(
    key: string,
    limit: RateLimit,
    labels: () => Labels,
  ): { known: KnownLimit<Labels>; isNew: boolean; fell: boolean } {
    let ofKey = this.#known.get(key);
    if (!ofKey) {
      ofKey = new Map();
      this.#known.set(key, ofKey);
    }
    let known = ofKey.get(limit.type);
    const isNew = known === undefined;
    if (known) known.last = limit;
    else {
      known = { labels: labels(), last: limit, low: false };
      ofKey.set(limit.type, known);
    }
    const low = isLow(limit);
    const fell = low === true && !known.low;
    known.low = low ?? known.low;
    return { known, isNew, fell };
  }

  /** Every limit. */
  *values(): Iterable<KnownLimit<Labels>> {
    for (const ofKey of this.#known.values()) yield* ofKey.values();
  }
}

function isLow({ limit, remaining }: RateLimit): boolean | undefined {
  return limit === undefined || remaining === undefined ? undefined : remaining < limit * LOW_SHARE;
}
