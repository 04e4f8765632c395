/** What a call and its attempts came to, by the words of the API: written by the test that makes the calls, without the telemetry. */
import type { AttemptKind } from '../../../src/model/attempt-kind.ts';
import type { Fault } from '../../../src/model/errors.ts';

export const OPUS = 'claude-opus-5-5';
export const SONNET = 'claude-sonnet-5-5';
export const HAIKU = 'claude-haiku-4-5-20251001';
/** A model that the price table does not know. */
export const UNKNOWN = 'claude-future-9';
export const MODELS: readonly string[] = [OPUS, SONNET, HAIKU, UNKNOWN];

/** Where an amount lies: from what was planned to what was measured outside of the client. */
export type Range = readonly [low: number, high: number];

/** An attempt, by the words of the API. */
export interface AttemptRecord {
  readonly model: string;
  /** Absent where there was no response. */
  readonly status?: string;
  readonly errorType?: string;
  readonly fault?: Fault;
  readonly disposition: 'ok' | 'retried' | 'final' | 'canceled';
  /** Its kind for the rules; absent of one that was canceled. */
  readonly kind?: AttemptKind;
  /** How long it took, when it ended, and how long the next one waited, in seconds. */
  readonly seconds: Range;
  readonly at: number;
  readonly wait?: Range;
}

/** Tokens, each once. */
export interface Tokens {
  readonly input: number;
  readonly cacheRead: number;
  readonly write5m: number;
  readonly write1h: number;
  /** Without thinking. */
  readonly output: number;
  readonly thinking: number;
}

/** A call. */
export interface CallRecord {
  readonly model: string;
  readonly team?: string;
  readonly stream: boolean;
  readonly outcome: 'ok' | 'error' | 'canceled';
  readonly errorType?: string;
  readonly fault?: Fault;
  readonly stopReason?: string;
  readonly servedBy?: 'api' | 'fallback';
  readonly exhausted: boolean;
  /** The call repeats one that failed after its own retries. */
  readonly repeated: boolean;
  readonly attempts: readonly AttemptRecord[];
  readonly served?: { readonly model: string; readonly tokens: Tokens; readonly searches: number };
  readonly seconds: Range;
  /** From the start of the last attempt to the first content. */
  readonly firstChunk?: Range;
  /** When it ended, in Unix seconds. */
  readonly at: number;
}
