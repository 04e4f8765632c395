/** The queries of panels, and the expressions around them. */

import type { MetricKey } from '../../../signals/catalogue.ts';
import { indent, type Matchers } from '../../alerts/promql.ts';
import { Counts, either, withLabel } from './counts.ts';
import { type Part, recordName, sumBy } from './selectors.ts';

/** Queries for one configuration. */
export class Queries extends Counts {
  /** The rate per second of a histogram's series, summed, or of only the bucket `le` if given. */
  histogramRate<K extends MetricKey>(
    key: K,
    part: Part,
    by: readonly string[],
    matchers: Matchers<K> = {},
    le?: string,
  ): string {
    const all = withLabel(this.histogram(key, part, matchers));
    const selector = le === undefined ? all : all.replace(/}$/, `, le="${le}"}`);
    const record = recordName(key, part) + selector.replace(/__name__=~"[^"]*", /, '').replace(/^[^{]*/, '');
    return either(
      `${sumBy(by)} (rate(${selector}[$__rate_interval]))`,
      `${sumBy(by)} (sum_over_time(${record}[$__interval]) / ($__interval_ms / 1000))`,
    );
  }

  /** The rate per second of a counter, summed. `ago` is an offset into the past, such as `1w`. */
  rate<K extends MetricKey>(key: K, by: readonly string[], matchers: Matchers<K> = {}, ago?: string): string {
    const selector = withLabel(this.metric(key, matchers));
    const offset = ago ? ` offset ${ago}` : '';
    const record = recordName(key) + selector.replace(/^[^{]*/, '');
    return either(
      `${sumBy(by)} (rate(${selector}[$__rate_interval]${offset}))`,
      `${sumBy(by)} (sum_over_time(${record}[$__interval]${offset}) / ($__interval_ms / 1000))`,
    );
  }

  /** Bars of counts, with the exact totals for their legend. */
  counted<K extends MetricKey>(
    key: K,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): { readonly expr: string; readonly total: string } {
    return {
      expr: `${this.bars(key, by, matchers)} > 0`,
      total: `${this.total(key, by, matchers)} > 0`,
    };
  }

  /** A quantile of a histogram over time. */
  quantile<K extends MetricKey>(
    phi: number,
    key: K,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): string {
    // The comparison drops NaN, which is the quantile of an empty histogram.
    return `histogram_quantile(\n  ${phi},\n${indent(this.histogramRate(key, 'bucket', [...by, 'le'], matchers))}\n) >= 0`;
  }

  /** A quantile of a histogram over the whole time range. */
  rangeQuantile<K extends MetricKey>(
    phi: number,
    key: K,
    by: readonly string[],
    matchers: Matchers<K> = {},
  ): string {
    return `histogram_quantile(\n  ${phi},\n${indent(this.histogramTotal(key, 'bucket', [...by, 'le'], matchers))}\n) >= 0`;
  }

  /** Zero while there is telemetry, and no value otherwise. */
  get zero(): string {
    return `0 * ${this.processes}`;
  }

  /** `expression`, or 0 while there is telemetry but no events. */
  orZero(expression: string): string {
    return `(\n${indent(expression)}\n)\nor on () ${this.zero}`;
  }

  /** `expression`, with a 0 for each of `values` without a series, while there is telemetry. */
  orZeros(expression: string, label: string, values: readonly string[]): string {
    const zero = (value: string) => `or label_replace(${this.zero}, "${label}", "${value}", "", "")`;
    return [expression, ...values.map(zero)].join('\n');
  }

  /**
   * `expression` by service, with the service's labels joined in one label `service`: `chat (prod/shop)`. The name comes first,
   * because names are truncated at the end.
   */
  named(expression: string): string {
    const name = this.service.at(-1);
    const place = this.service
      .slice(0, -1)
      .map((label) => `, "${label}"`)
      .join('');
    if (place === '') return `label_join(\n${indent(expression)},\n  "service", "", "${name}"\n)`;
    const joined = `label_join(\n${indent(expression)},\n  "place", "/"${place}\n)`;
    const trimmed = `label_replace(\n${indent(joined)},\n  "place", "$1", "place", "/*(.*?)/*"\n)`;
    const set = `label_replace(\n${indent(trimmed)},\n  "place", " ($1)", "place", "(.+)"\n)`;
    return `label_join(\n${indent(set)},\n  "service", "", "${name}", "place"\n)`;
  }
}

/** `part / whole`, without a value if `whole` is zero. */
export function share(part: string, whole: string): string {
  return `(\n${indent(part)}\n)\n/ (\n${indent(`(${whole})`)}\n  > 0\n)`;
}

/** `part / whole` by `labels`. It is 0 if `whole` has a value and `part` does not. */
export function shareBy(part: string, whole: string, labels: readonly string[]): string {
  const on = `on (${labels.join(', ')})`;
  return `(\n${indent(part)}\n  or\n  0 * (\n${indent(whole)}\n  )\n)\n/ ${on} (\n  (\n${indent(whole, 4)}\n  )\n  > 0\n)`;
}

/** `expression`, with `word` for a missing or empty `label`, so that no legend is empty. */
export function orWord(expression: string, label: string, word: string): string {
  return `label_replace(\n${indent(expression)},\n  "${label}", ${JSON.stringify(word)}, "${label}", ""\n)`;
}

/** `expression` per hour, for bars, so that their height does not change with the zoom. */
export function perHour(expression: string): string {
  return `(\n${indent(expression)}\n)\n* 3600 / ($__interval_ms / 1000)`;
}

/** `expression` per minute. */
export function perMinute(expression: string): string {
  return `(\n${indent(expression)}\n)\n* 60 / ($__interval_ms / 1000)`;
}
