/** Counts the events of a counter exactly. `increase()` loses first samples and extrapolates the rest. */

import type { MetricKey } from '../../../signals/catalogue.ts';
import { indent, type Matchers } from '../../alerts/promql.ts';
import { type Part, recordName, Selectors, sumBy } from './selectors.ts';

/** A window that ends now, in which events are counted, and how far back to look for processes. */
export interface CountWindow {
  /** The window, as a PromQL duration. */
  readonly window: string;
  /** The same in seconds, as PromQL. */
  readonly seconds: string;
  /** A process that was seen within this time counts with its last value. At least the window plus two scrapes. */
  readonly last: string;
  /** How far before the window to look for its start value. */
  readonly before: string;
}

/** The maximum time from the process start to the first scrape, in seconds. */
const GRACE = 120;

/** The window of a graph's bar. */
const BAR: CountWindow = {
  window: '$__interval',
  seconds: '($__interval_ms / 1000)',
  last: '$__rate_interval',
  before: '5m',
};

/** The window of a recording rule: one minute. */
export const RECORDED: CountWindow = { window: '1m', seconds: '60', last: '5m', before: '15m' };

/**
 * Selects the records of `anthropic.dashboards.yaml` through the variable `recorded`. If the records reach back to the start of a
 * long time range, they are read instead of the counters. Series that are not records do not have this label.
 */
export const RECORDED_LABEL = 'recorded="$recorded"';

/** A time range that ends now, and how to find restarts in it. */
interface TimeRange {
  /** As a PromQL duration. */
  readonly range: string;
  /** The same in seconds, as PromQL. */
  readonly seconds: string;
  /** The step at which to look for restarts. */
  readonly step: string;
  /** How far before a restart to look for the highest value: a few scrapes. */
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
  /** The events in the dashboard's time range: the total that matches the bill. */
  total<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#totalOf(key, undefined, by, matchers);
  }

  /** {@link total} for a series of a histogram. */
  histogramTotal<K extends MetricKey>(
    key: K,
    part: Part,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): string {
    return this.#totalOf(key, part, by, matchers);
  }

  /** The events since the previous point, which is the height of a bar. Bars add up to the total. */
  bars<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    const counter = withLabel(this.metric(key, matchers));
    return either(
      this.#recorded(key, undefined, by, matchers, '$__interval'),
      this.count(counter, sumBy(by), BAR, withLabel(this.started)),
    );
  }

  /** The events of the last five minutes, including those of processes that have since ended or restarted. */
  recent<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#countedIn(this.metric(key, matchers), by, RECENT);
  }

  /** The events of the last hour. */
  lastHour<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}): string {
    return this.#countedIn(this.metric(key, matchers), by, HOUR);
  }

  /**
   * The events that `counter` counted in a window, aggregated with `sum`:
   * 1. for a process that continues or has ended, its last value minus the one before the window; or its whole value if there is no
   *    earlier one and the process is young or was known;
   * 2. for a process that restarted in place, everything that the new process counted;
   * 3. plus what the old process counted in the window.
   *
   * A process that was missing for longer than `before` counts nothing, because the age of its events is unknown.
   */
  count(counter: string, sum: string, at: CountWindow, started = this.started): string {
    const { window, seconds, last, before } = at;
    const on = this.onProcess;
    const now = `last_over_time(${started}[${last}])`;
    const then = `last_over_time(${started}[${before}] offset ${window})`;
    const first = `min_over_time(${started}[${last}])`;
    const young = `>= time() - ${seconds} - ${GRACE}`;
    const restarted = `${on} (${now} > (${then} or ${first}))`;
    // The last sample, even of a process that is silent or has ended. After a restart, it must not be that of the earlier process.
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
   * `increase()` loses what a series counted before its first sample (every new pod, every new model) and extrapolates the rest. This
   * query instead adds up, for each series:
   * 1. its last value, including that of processes that are gone;
   * 2. the last values of its earlier processes, if the process restarted in place;
   * 3. minus its value at the start of the range: zero for a process that started later; its first value if its age is unknown,
   *    because Prometheus did not see it at the start of the range.
   *
   * A restart in place loses at most one step of one process, and only if the new process exceeds the old value within that step.
   */
  #countedIn(counter: string, by: readonly string[], of: TimeRange, started = this.started): string {
    const { range, seconds, step, peaks } = of;
    const on = this.onProcess;
    const first = `min_over_time(${started}[${range}])`;
    const known = `${started} offset ${range} == ${first}`;
    const dated = `(${known} or ${first} >= time() - ${seconds} - ${GRACE})`;
    const restarted = `changes(${started}[${range}]) > 0`;
    const restarts = `(${started} > last_over_time(${started}[1h] offset ${step}))`;
    // An instant selector reads each sample once. A range selector copies its window at every step.
    const peak = `(max_over_time(${counter}[${peaks}]) and ${on} ${restarts}) > ${counter}`;
    const last = `last_over_time(${counter}[1h] offset ${step}) and ${on} ${restarts}`;
    return [
      `${sumBy(by)} (`,
      `  (increase(${counter}[${range}]) and ${on} (${restarted} unless ${dated}))`,
      // For a restarted process, a series that the new process does not have ended with an earlier process.
      `  or (${counter} and ${on} (${restarted}))`,
      `  or (last_over_time(${counter}[${range}]) unless ${on} (${restarted} and ${started}))`,
      `  or label_replace(sum_over_time((${peak} or ${last})[${range}:${step}]) and ${on} (${restarted} and ${dated}), "part", "restarts", "", "")`,
      `  or label_replace(0 - ((${counter} offset ${range} and ${on} (${known})) or (min_over_time(${counter}[${range}]) unless ${on} (${restarted} or ${dated}))), "part", "begin", "", "")`,
      ')',
    ].join('\n');
  }
}

/** Returns the values of the records, or else those of the counters. */
export function either(records: string, counters: string): string {
  return `(\n${indent(`${records}\nor\n${counters}`)}\n)`;
}

/** Restricts `selector` to counters or to records, according to the variable `recorded`. */
export function withLabel(selector: string): string {
  return selector.replace(/}$/, `, ${RECORDED_LABEL}}`);
}
