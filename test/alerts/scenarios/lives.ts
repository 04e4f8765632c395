/**
 * Random processes that live for 40 s to 5 minutes, one after the other, at one address or in pods of their own. A ledger of every call says when a page must
 * fire, and when it must not.
 */
import { DEFAULT_CONFIG, seconds } from '../../../src/mixin/config.ts';
import { random } from '../support/random.ts';
import type { Check, Scenario } from '../support/scenario.ts';
import type { CallSpec, ProcessSpec } from '../support/simulate.ts';

/** A call of the ledger. */
interface Entry {
  readonly at: number;
  readonly failed: boolean;
  /** When it is first scraped; `undefined` when its process ends before. */
  readonly seenAt: number | undefined;
}

/** The least and the most that a rule can see, of a sum over 5 minutes that a process stated last. */
interface Seen {
  readonly ok: readonly [least: number, most: number];
  readonly failed: readonly [least: number, most: number];
}

/** What a page does at a time: must fire, must not, or `undefined` where the ledger leaves it open. */
type Verdict = (seen: Seen) => boolean | undefined;

const { errorRate, keepFiringFor, lastSeen, minimumTraffic, retriesExhausted } = DEFAULT_CONFIG;
/** How long a process counts an event at most. */
const WINDOW = 305;

/** The pages that count calls. */
const PAGES: Readonly<Record<string, Verdict>> = {
  AnthropicHighErrorRate({ ok, failed }) {
    const share = (failures: number, successes: number) => failures / (failures + successes);
    if (ok[0] + failed[0] >= minimumTraffic.calls && share(failed[0], ok[1]) > errorRate.ratio) return true;
    if (ok[1] + failed[1] < minimumTraffic.calls || !(share(failed[1], ok[0]) > errorRate.ratio))
      return false;
    return undefined;
  },
  AnthropicRetriesExhausted({ ok, failed }) {
    const { allowedCalls, allowedRatio } = retriesExhausted;
    if (failed[0] > allowedCalls && failed[0] > allowedRatio * (ok[1] + failed[0])) return true;
    if (failed[1] <= allowedCalls || failed[1] <= allowedRatio * (ok[0] + failed[1])) return false;
    return undefined;
  },
};

/** What can be seen at `now`. What a process that ended stated last counts for `lastSeen` after its last scrape. */
function seenAt(now: number, ledger: readonly Entry[]): Seen {
  const count = (failed: boolean): readonly [number, number] => {
    const seen = ledger.filter((entry) => entry.failed === failed && (entry.seenAt ?? Infinity) <= now);
    const since = (age: number) => seen.filter(({ at }) => at > now - age).length;
    return [since(seconds(lastSeen)), since(seconds(lastSeen) + WINDOW)];
  };
  return { ok: count(false), failed: count(true) };
}

/** The checks of one page: where it must fire, and where it must not and has had the time to end. */
function checksOf(page: string, ledger: readonly Entry[], times: readonly number[], scrape: number): Check[] {
  const verdicts = times.map((at) => PAGES[page]?.(seenAt(at, ledger)));
  const back = Math.ceil(seconds(keepFiringFor) / scrape) + 1;
  return times.flatMap((at, i): Check[] => {
    if (verdicts[i] === true) return [{ at, firing: [page] }];
    const before = verdicts.slice(Math.max(0, i - back), i + 1);
    return i >= back && before.every((verdict) => verdict === false) ? [{ at, firing: [] }] : [];
  });
}

/** Scenarios of short lives: one for each page and seed of which the ledger says enough. */
export function shortLives(seeds: readonly number[]): Scenario[] {
  return seeds.flatMap((seed) => {
    const next = random(seed + 9000);
    const between = (from: number, to: number) => from + next() * (to - from);
    const inPlace = next() < 0.7;
    const push = next() < 0.2;
    const scrape = [15, 30, 60][Math.floor(between(0, 3))] ?? 15;
    const replicas = Math.floor(between(1, 4));
    const shortest = between(Math.max(40, scrape), 150);
    const longest = between(shortest, 300);
    const until = 2400;
    // From a call in a minute to 3 in a second, of which 1 in 1,000 to 7 in 10 run out of retries, at first or from the middle on.
    const perSecond = 0.016 * 200 ** next();
    const share = 0.001 * 700 ** next();
    const failsFrom = next() < 0.5 ? 0 : until / 2;
    const processes: ProcessSpec[] = [];
    const ledger: Entry[] = [];
    for (let replica = 0; replica < replicas; replica++) {
      let start = -Math.floor(between(0, 300));
      for (let life = 0; start < until; life++) {
        const end = start + Math.floor(between(shortest, longest));
        const calls: CallSpec[] = [];
        for (let at = start; ; ) {
          at += (-Math.log(1 - next()) * replicas) / perSecond;
          if (at >= end) break;
          const failed = at >= failsFrom && next() < share;
          calls.push({ at, attempts: [failed ? 'overloaded' : 'ok'] });
          const scraped = Math.max(0, Math.ceil(at / scrape) * scrape);
          ledger.push({ at, failed, seenAt: scraped < end ? scraped : undefined });
        }
        const instance = inPlace ? `pod-${replica}` : `pod-${replica}-${life}`;
        processes.push({ labels: { job: 'app', instance }, start, end, calls });
        start = end + Math.floor(between(0, 15));
      }
    }
    const times = Array.from({ length: until / scrape }, (_, i) => i * scrape).filter((at) => at >= 600);
    const name = `${inPlace ? 'restarts in place' : 'short-lived pods'} ${seed}${push ? ', pushed' : ''}`;
    const scenarios = Object.keys(PAGES).map((page) => ({
      name: `random ${name}: ${page}`,
      processes,
      scrape,
      push,
      only: page,
      checks: checksOf(page, ledger, times, scrape),
    }));
    return scenarios.filter(({ checks }) => checks.length > 0);
  });
}
