/** What queries of panels must show, and how it is compared. */
import type { Made } from '../support/ledger.ts';
import { type Groups, group, type Label, type OfAttempt, type OfCall, Sums } from '../support/sums.ts';

/** How a query is compared. */
export type Comparison =
  /** Events of the time range: a total, or bars that add up to it. */
  | 'count'
  /** A quotient of counts: one bar as long as the range. */
  | 'quotient'
  /** A rate, which only the records count exactly: one bar as long as the range. */
  | 'rate'
  /** What is known now, whatever the range: the last value. */
  | 'now';

/** What the queries of a panel must show, for each value of labels. */
export interface Expectation {
  readonly uid: string;
  readonly title: string;
  /** The bars and the total in the legend, or one query. */
  readonly refIds: readonly string[];
  readonly by: readonly string[];
  readonly groups: Groups;
  readonly how: Comparison;
}

/** Collects expectations. */
export class Collected {
  readonly all: Expectation[] = [];
  add(how: Comparison, panel: string, refIds: string, groups: Groups, ...by: readonly string[]): void {
    const [uid, title] = panel.split(/: (.*)/s) as [string, string];
    this.all.push({ uid: `anthropic-${uid}`, title, refIds: [...refIds], by, groups, how });
  }
}

/** Collects expectations of what `calls` add up to. */
export class Summed extends Collected {
  readonly calls: readonly Made[];
  readonly sums: Sums;

  constructor(calls: readonly Made[]) {
    super();
    this.calls = calls;
    this.sums = new Sums(calls);
  }

  count(panel: string, refIds: string, amount: OfCall, ...by: Label[]): void {
    this.add('count', panel, refIds, this.sums.ofCalls(amount, ...by), ...by);
  }

  tried(panel: string, refIds: string, amount: OfAttempt, ...by: Label[]): void {
    this.add('count', panel, refIds, this.sums.ofAttempts(amount, ...by), ...by);
  }

  one(how: Comparison, panel: string, refIds: string, value: number): void {
    this.add(how, panel, refIds, group([[[], value]]));
  }

  /** Groups by a label that has another name in the ledger. */
  as(how: Comparison, panel: string, refIds: string, label: string, groups: Groups): void {
    this.add(how, panel, refIds, groups, label);
  }

  /** The ten highest of each bar. Of more, equal ones may stand for each other: their sum counts. */
  ten(panel: string, groups: Record<string, number>): void {
    const highest = Object.values(groups).toSorted((a, b) => b - a);
    if (highest.length <= 10) this.as('quotient', panel, 'A', 'service', groups);
    else {
      const sum = highest.slice(0, 10).reduce((total, value) => total + value, 0);
      this.one('quotient', panel, 'A', sum);
    }
  }
}
