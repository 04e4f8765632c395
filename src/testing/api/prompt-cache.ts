import { createHash } from 'node:crypto';
import type { PromptPart } from './tokens.ts';

const TTL_MS = { '5m': 300_000, '1h': 3_600_000 } as const;

/** How the input tokens of one request are charged. The counts add up to the whole prompt. */
export interface InputTokens {
  readonly uncached: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/**
 * The prompt cache. It keeps each prompt up to its `cache_control` breakpoints, per model, for 5 minutes or an hour.
 *
 * A prompt of any length is cached, because the API's minimum of about a thousand tokens would make tests unnecessarily large.
 */
export class PromptCache {
  readonly #now: () => number;
  readonly #expiry = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Deletes all entries. */
  clear(): void {
    this.#expiry.clear();
  }

  /** Splits a prompt into the tokens that the cache had, those that it stores and the rest, and caches the prompt. */
  charge(model: string, parts: readonly PromptPart[]): InputTokens {
    const split = { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const lastBreakpoint = parts.findLastIndex(({ ttl }) => ttl !== undefined);
    // Nothing after the last breakpoint is hashed, so that a large prompt without one stays cheap.
    const prefixes = this.#prefixes(model, parts.slice(0, lastBreakpoint + 1));
    const now = this.#now();
    const lastHit = prefixes.findLastIndex((prefix) => (this.#expiry.get(prefix) ?? 0) > now);
    let pending = 0;
    for (const [index, { tokens, ttl }] of parts.entries()) {
      if (index <= lastHit) split.cacheRead += tokens;
      else if (index > lastBreakpoint) split.uncached += tokens;
      else pending += tokens;
      if (ttl === undefined) continue;
      split[ttl === '1h' ? 'cacheWrite1h' : 'cacheWrite5m'] += pending;
      pending = 0;
      // A read keeps the entry alive for another full lifetime.
      this.#expiry.set(prefixes[index] as string, now + TTL_MS[ttl]);
    }
    return split;
  }

  /** One key for each prefix of the prompt, because a breakpoint may hit where an earlier request had one. */
  #prefixes(model: string, parts: readonly PromptPart[]): readonly string[] {
    const hash = createHash('sha256').update(model);
    return parts.map(({ content }) =>
      hash.update(JSON.stringify(content, withoutCacheControl)).copy().digest('base64'),
    );
  }
}

/** Removes the breakpoint, because moving it does not change the prompt. */
function withoutCacheControl(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value;
}
