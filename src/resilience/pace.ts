/** How fast calls may follow each other, by what the API last stated of its limits. */
import { LOW_SHARE, readRateLimits, resetTimeOf } from '../model/rate-limit.ts';
import type { Clock } from './clock.ts';
import { TurnQueue, type WaitEnd, type WaitOptions } from './turn-queue.ts';

/** What a call takes of each limit, by estimate. */
export interface Need {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

interface Limit {
  readonly limit: number;
  remaining: number;
  readonly resetAt: number;
}

/** After a pause calls follow each other at first in this many milliseconds, and twice as fast with every second. */
const RAMP_START = 1_000;
/** The longest that a statement of the API holds calls back, in milliseconds: then one is sent to learn anew. */
const MAX_PAUSE = 300_000;
/** Below this many milliseconds the ramp is over. */
const RAMP_END = 10;

/** What a call takes that only waits for its turn. */
export const NOTHING: Need = { inputTokens: 0, outputTokens: 0 };

/** The pace of one key and model class. */
export class Pace {
  readonly queue = new TurnQueue();
  readonly #clock: Clock;
  readonly #limits = new Map<string, Limit>();
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #seenAt = Number.NEGATIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastNeed = NOTHING;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits until a call with this `need` may be sent, if it has to. */
  async pass(need: Need, options: WaitOptions): Promise<WaitEnd | 'at_once'> {
    let end: WaitEnd | 'at_once' = 'at_once';
    const untilNext = this.#untilNext();
    // Nobody waits for what does not come in time. How long a pause without an end lasts is not known.
    if (Number.isFinite(untilNext) && untilNext > options.maxWaitMs) return 'timeout';
    if (this.queue.size > 0 || untilNext > 0) {
      const waiting = this.queue.wait(options);
      this.#schedule();
      end = await waiting;
    }
    if (end === 'turn' || end === 'at_once') this.#sent(need);
    this.#schedule();
    return end;
  }

  /** Reads the limits that a response states. */
  learn(headers: Headers): void {
    const now = this.#clock.now();
    for (const stated of readRateLimits(headers, now)) {
      const { type, limit, remaining } = stated;
      const resetAt = Math.min((resetTimeOf(stated) ?? 0) * 1000, now + MAX_PAUSE);
      if (limit !== undefined && remaining !== undefined)
        this.#limits.set(type, { limit, remaining, resetAt });
    }
    this.#schedule();
  }

  /** Nothing is sent for `ms` milliseconds; then the pace rises slowly. */
  pause(ms: number): void {
    this.pauseUntil(Math.max(this.#pausedUntil, this.#clock.now() + Math.min(ms, MAX_PAUSE)));
  }

  /** As `pause`, until a time that may be earlier than the one before; `Infinity` is until the next call of this. */
  pauseUntil(at: number): void {
    this.#pausedUntil = at;
    this.#schedule();
  }

  /** Milliseconds until the next call may be sent. */
  #untilNext(): number {
    const now = this.#clock.now();
    if (now < this.#seenAt) this.#clockWasSetBack();
    this.#seenAt = now;
    const spaced = this.#lastAt + Math.max(this.#spread(now), this.#ramp(now));
    return Math.max(0, this.#pausedUntil - now, spaced - now);
  }

  /** What is known lies in the future, and would hold calls back for too long. */
  #clockWasSetBack(): void {
    this.#limits.clear();
    this.#lastAt = Number.NEGATIVE_INFINITY;
    if (Number.isFinite(this.#pausedUntil)) this.#pausedUntil = Number.NEGATIVE_INFINITY;
  }

  /** Milliseconds between the last call and the next, where little is left of a limit. */
  #spread(now: number): number {
    let longest = 0;
    for (const [type, { limit, remaining, resetAt }] of this.#limits) {
      if (resetAt <= now || remaining >= limit * LOW_SHARE) continue;
      const need = needOf(type, this.#lastNeed);
      if (need > 0)
        longest = Math.max(longest, ((resetAt - this.#lastAt) * need) / Math.max(remaining + need, need));
    }
    return longest;
  }

  #ramp(now: number): number {
    const interval = RAMP_START / 2 ** ((now - this.#pausedUntil) / 1000);
    return this.#lastAt >= this.#pausedUntil && interval >= RAMP_END ? interval : 0;
  }

  #sent(need: Need): void {
    this.#lastAt = this.#clock.now();
    this.#lastNeed = need;
    // Until a response states it: several calls may be on their way.
    for (const [type, limit] of this.#limits)
      limit.remaining = Math.max(0, limit.remaining - needOf(type, need));
  }

  /** Sends who may be sent, and comes back for the next one. */
  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.queue.size === 0) return;
    const ms = this.#untilNext();
    if (ms <= 0) {
      // At once, so that no other call is sent in its place.
      this.#lastAt = this.#clock.now();
      this.queue.grant();
    } else if (Number.isFinite(ms))
      this.#cancelTimer = this.#clock.setTimer(Math.ceil(ms), () => this.#schedule());
  }
}

function needOf(type: string, { inputTokens, outputTokens }: Need): number {
  if (type === 'requests') return 1;
  if (type === 'input_tokens') return inputTokens;
  if (type === 'output_tokens') return outputTokens;
  return type === 'tokens' ? inputTokens + outputTokens : 0;
}
