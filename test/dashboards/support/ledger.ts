/** What was done until the end of a run: the calls of each process, and what it kept open. */

import type { PodName } from './pods.ts';
import type { CallRecord } from './records.ts';
import type { Wire } from './wire.ts';

/** A call, and who made it. */
export type Made = CallRecord & { readonly cluster: string; readonly job: string; readonly instance: string };

/** One life of a process. */
export interface Life {
  readonly pod: PodName;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly calls: Made[];
  readonly wire: Wire;
  /** Its clients that are not observed. */
  readonly unobserved: number;
  /** Log lines that its broken logger did not take. */
  lostLines: number;
}

/** A call that is in progress. */
export interface OpenCall {
  readonly pod: PodName;
  readonly model: string;
  readonly phase: 'first_byte' | 'streaming' | 'retry_wait';
  /** Since when it waits, in Unix seconds. */
  readonly since: number;
}

/** What was done until `end`. */
export interface Ledger {
  readonly lives: readonly Life[];
  readonly running: ReadonlySet<Life>;
  readonly open: readonly OpenCall[];
  /** The last moment of the time range, in Unix seconds. */
  readonly from: number;
  readonly end: number;
  /** Seconds between two scrapes. */
  readonly interval: number;
}
