/** Expectations of what processes state at the end. */
import type { Ledger, Life, OpenCall } from '../support/ledger.ts';
import type { PodName } from '../support/pods.ts';
import { SLOWEST_SCRAPE } from '../support/services.ts';
import type { Groups } from '../support/sums.ts';
import { Collected } from './collected.ts';

/** The path of all calls. */
export const PATH = '/v1/messages';

/** Collects expectations of the processes that `which` chooses. */
export class Now extends Collected {
  readonly end: number;
  readonly from: number;
  readonly interval: number;
  readonly chosen: readonly Life[];
  readonly alive: readonly Life[];
  /** Of a process that ended, what it stated last, unless another one took its place. */
  readonly stated: readonly Life[];
  readonly open: readonly OpenCall[];

  constructor({ lives, running, open, end, from, interval }: Ledger, which: (pod: PodName) => boolean) {
    super();
    this.end = end;
    this.from = from;
    this.interval = interval;
    this.chosen = lives.filter(({ pod }) => which(pod));
    this.alive = this.chosen.filter((life) => running.has(life));
    this.stated = [
      ...new Map(this.chosen.map((life) => [`${life.pod.cluster} ${life.pod.instance}`, life])).values(),
    ];
    this.open = open.filter(({ pod }) => which(pod));
  }

  now(panel: string, refIds: string, groups: Groups, ...by: string[]): void {
    this.add('now', panel, refIds, groups, ...by);
  }

  /** The age of `since`, as of the last scrape before the last point of a graph. A scrape has the time at which it began. */
  age(since: number): readonly [number, number] {
    return [Math.max(0, this.end - since - 6 * this.interval), this.end - since + SLOWEST_SCRAPE + 0.5];
  }
}
