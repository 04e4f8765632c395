/** What a run of random sessions found. */
import type { Mismatch } from './compare.ts';
import type { Session } from './plan.ts';

/** One kind of mismatch: the smallest session that shows it, and the seeds of all that did. */
export interface Finding extends Mismatch {
  readonly seeds: number[];
  readonly session: Session;
}

/** What the sessions of one SDK showed. */
export interface Findings {
  readonly sdk: string;
  readonly calls: number;
  readonly sessions: number;
  /** Sessions that differ between two runs without telemetry. */
  readonly undecided: number;
  /** Rejections and exceptions that were not handled. */
  readonly unhandled: readonly string[];
  readonly found: readonly Finding[];
}
