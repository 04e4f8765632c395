/** How many events a counter counted: exactly, where `increase()` loses first samples and extrapolates the rest. */

import type { MetricKey } from '../../../signals/catalogue.ts';
import { indent, type Matchers } from '../../alerts/promql.ts';
import { type Part, recordName, Selectors, sumBy } from './selectors.ts';

/** Where events are counted: a window that ends now, and how far back a process is looked for. */
export interface CountWindow {
  /** The window, as a PromQL duration. */
  readonly window: string;
  /** The same in seconds, as PromQL. */
  readonly seconds: string;
  /** A process seen within this time counts with its last value: at least the window and two scrapes. */
  readonly last: string;
  /** How far before the window its beginning is looked for. */
  readonly before: string;
}

/** The longest time from the start of a process to its first scrape, in seconds. */
const GRACE = 120;

/** The bar of a graph. */
const BAR: CountWindow = {
  window: '$__interval',
  seconds: '($__interval_ms / 1000)',
  last: '$__rate_interval',
  before: '5m',
};

/** The minute of a record. */
export const RECORDED: CountWindow = { window: '1m', seconds: '60', last: '5m', before: '15m' };

/**
 * The value of the variable `recorded`, where the records of `anthropic.dashboards.yaml` reach back to the beginning of a
 * long time range: then they are read, and no counter is. A series that is no record has no such label.
 */
export const RECORDED_LABEL = 'recorded="$recorded"';

/** A time range that ends now, and how its restarts are looked for. */
interface TimeRange {
  /** As a PromQL duration. */
  readonly range: string;
  /** The same in seconds, as PromQL. */
  readonly seconds: string;
  /** Restarts are looked for at every step. */
  readonly step: string;
  /** How far back from a restart the highest value is looked for: some scrapes. */
  readonly peaks: string;
}

/** The dashboard's time range. */
const RANGE: TimeRange = {
  range: '$__range',
  seconds: '$__range_s',
  step: '$__interval',
  peaks: '$__rate_interval',
};
const RECENT: TimeRange = { range: '5m', seconds: '300', step: '5s', peaks: '1m' };
const HOUR: TimeRange = { range: '1h', seconds: '3600', step: '15s', peaks: '2m' };

/** Counts for one configuration. */
export class Counts extends Selectors {
  /** The events of the dashboard's time range: the total that matches the bill. */
  total<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#totalOf(key, undefined, by, matchers);
  }

  /** {@link total} of a series of a histogram. */
  histogramTotal<K extends MetricKey>(
    key: K,
    part: Part,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): string {
    return this.#totalOf(key, part, by, matchers);
  }

  /** The events since the point before: the height of a bar. Bars add up to the total. */
  bars<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    const counter = withLabel(this.metric(key, matchers));
    return either(
      this.#recorded(key, undefined, by, matchers, '$__interval'),
      this.count(counter, sumBy(by), BAR, withLabel(this.started)),
    );
  }

  /** The events of the last five minutes, those of processes that ended or restarted since included. */
  recent<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#countedIn(this.metric(key, matchers), by, RECENT);
  }

  /** The events of the last hour. */
  lastHour<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#countedIn(this.metric(key, matchers), by, HOUR);
  }

  /**
   * The events that `counter` counted in a window, summed by `sum`:
   * 1. of a process that goes on or has ended, its last value less the one before the window; all of it, where there was none
   *    before and the process is young or was known;
   * 2. of a process that restarted in place, all that its new life counted;
   * 3. and what its old life counted in the window.
   * A process that was away for longer than `before` counts nothing: the age of its events is not known.
   */
  count(counter: string, sum: string, at: CountWindow, started = this.started): string {
    const { window, seconds, last, before } = at;
    const on = this.onProcess;
    const now = `last_over_time(${started}[${last}])`;
    const then = `last_over_time(${started}[${before}] offset ${window})`;
    const first = `min_over_time(${started}[${last}])`;
    const young = `>= time() - ${seconds} - ${GRACE}`;
    const restarted = `${on} (${now} > (${then} or ${first}))`;
    // The last sample, also of a process that is silent or has ended; but after a restart not that of the life before.
    const otherLife = `${on} changes(${started}[${before}]) > 0`;
    const value = `(${counter} or (last_over_time(${counter}[${last}]) unless ${otherLife}))`;
    const earlier = `last_over_time(${counter}[${before}] offset ${window})`;
    const base = `(${counter} offset ${window} or (${earlier} unless ${otherLife}))`;
    const peak = `max_over_time(${counter}[${last}])`;
    return [
      `${sum} (`,
      `  (${value} - (${base} or 0 * ${value}) >= 0 and ${on} (${now} ${young} or ${then}) unless ${restarted})`,
      `  or (${counter} and ${restarted})`,
      `  or label_replace((${peak} - (${earlier} or 0 * ${peak}) > 0 unless ${counter} >= ${peak}) and ${restarted} and ${on} (${first} ${young} or ${then}), "part", "before", "", "")`,
      ')',
    ].join('\n');
  }

  #recorded<K extends MetricKey>(
    key: K,
    part: Part | undefined,
    by: readonly string[],
    matchers: Matchers<K>,
    range: string,
  ): string {
    const selector = part ? this.histogram(key, part, matchers) : this.metric(key, matchers);
    const braces = withLabel(selector).slice(selector.indexOf('{'));
    const record = recordName(key, part) + braces.replace(/__name__=~"[^"]*", /, '');
    return `${sumBy(by)} (sum_over_time(${record}[${range}]))`;
  }

  #totalOf<K extends MetricKey>(
    key: K,
    part: Part | undefined,
    by: readonly string[],
    matchers: Matchers<K>,
  ): string {
    const counter = withLabel(part ? this.histogram(key, part, matchers) : this.metric(key, matchers));
    const counted = this.#countedIn(counter, by, RANGE, withLabel(this.started));
    return either(this.#recorded(key, part, by, matchers, '$__range'), counted);
  }

  /**
   * `increase()` loses what a series counted before its first sample (every new pod, every new model) and
   * extrapolates the rest. This one adds up, of each series:
   * 1. where it ended, also of processes that are gone;
   * 2. where its earlier lives ended, if its process restarted in place;
   * 3. less where it was when the range began: nothing, for a process that began since; its first value, where its age is not
   *    known, because Prometheus did not see it when the range began.
   * A restart in place loses at most one step of one process, and only if the new life outgrows the old
   * one within that step.
   */
  #countedIn(counter: string, by: readonly string[], of: TimeRange, started = this.started): string {
    const { range, seconds, step, peaks } = of;
    const on = this.onProcess;
    const first = `min_over_time(${started}[${range}])`;
    const known = `${started} offset ${range} == ${first}`;
    const dated = `(${known} or ${first} >= time() - ${seconds} - ${GRACE})`;
    const restarted = `changes(${started}[${range}]) > 0`;
    const restarts = `(${started} > last_over_time(${started}[1h] offset ${step}))`;
    // An instant selector reads each sample once; a range selector copies its window at every step.
    const peak = `(max_over_time(${counter}[${peaks}]) and ${on} ${restarts}) > ${counter}`;
    const last = `last_over_time(${counter}[1h] offset ${step}) and ${on} ${restarts}`;
    return [
      `${sumBy(by)} (`,
      `  (increase(${counter}[${range}]) and ${on} (${restarted} unless ${dated}))`,
      // Of a process that restarted, a series that its new life does not have ended with an earlier life.
      `  or (${counter} and ${on} (${restarted}))`,
      `  or (last_over_time(${counter}[${range}]) unless ${on} (${restarted} and ${started}))`,
      `  or label_replace(sum_over_time((${peak} or ${last})[${range}:${step}]) and ${on} (${restarted} and ${dated}), "part", "restarts", "", "")`,
      `  or label_replace(0 - ((${counter} offset ${range} and ${on} (${known})) or (min_over_time(${counter}[${range}]) unless ${on} (${restarted} or ${dated}))), "part", "begin", "", "")`,
      ')',
    ].join('\n');
  }
}

/** What the records have, or what the counters have. */
export function either(records: string, counters: string): string {
  return `(\n${indent(`${records}\nor\n${counters}`)}\n)`;
}

/** `selector` for counters only, or for records only, as the variable `recorded` has it. */
export function withLabel(selector: string): string {
  return selector.replace(/}$/, `, ${RECORDED_LABEL}}`);
}
