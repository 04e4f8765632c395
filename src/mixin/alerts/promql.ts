/**
 * PromQL from the metric catalogue. A metric or label that is not in the catalogue cannot be written with
 * these helpers; rules and dashboards use no others.
 */
import { type AttributeOf, METRICS, type MetricKey } from '../../signals/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../signals/metric-definition.ts';

export { prometheusLabel };

/** How a label must match: a string means equal. */
export type Matcher = string | { readonly op: '!=' | '=~' | '!~'; readonly value: string };

/** Matchers of a metric by attribute key, as in `{ [ATTR.outcome]: 'error' }`. */
export type Matchers<K extends MetricKey> = { readonly [A in AttributeOf<K>]?: Matcher };

/** Matches a regular expression (Prometheus anchors it at both ends). */
export const matching = (value: string): Matcher => ({ op: '=~', value });
/** Matches everything but `value`; `not('')` means "the label is set". */
export const not = (value: string): Matcher => ({ op: '!=', value });

/**
 * A selector of one metric: `series('calls', { [ATTR.outcome]: 'error' })` is
 * `anthropic_client_calls_total{anthropic_outcome="error"}`.
 *
 * @param extra - matchers as text, put first: a dashboard's `job=~"$job"`, a configured `env="prod"`.
 */
export function series<K extends MetricKey>(key: K, matchers: Matchers<K> = {}, extra = ''): string {
  return prometheusName(METRICS[key]) + braces(extra, ...matcherTexts(key, matchers));
}

/**
 * A selector of one series of a histogram. A histogram in seconds has the suffix `_seconds` when it came by
 * OTLP and none when it was scraped from the JS exporter: the selector matches both.
 */
export function histogramSeries<K extends MetricKey>(
  key: K,
  part: 'bucket' | 'sum' | 'count',
  matchers: Matchers<K> = {},
  extra = '',
): string {
  const name = prometheusName(METRICS[key]);
  const texts = matcherTexts(key, matchers);
  if (METRICS[key].unit !== 's') return `${name}_${part}${braces(extra, ...texts)}`;
  return braces(`__name__=~"${name}(_seconds)?_${part}"`, extra, ...texts);
}

/** A selector of a record that was made from a metric and kept labels of it. */
export function recordSeries<K extends MetricKey>(record: string, of: K, matchers: Matchers<K> = {}): string {
  return record + braces(...matcherTexts(of, matchers));
}

/** Every line two spaces further in. */
export function indent(text: string, by = 2): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}

function braces(...matchers: readonly string[]): string {
  const present = matchers.filter(Boolean);
  return present.length > 0 ? `{${present.join(', ')}}` : '';
}

function matcherTexts<K extends MetricKey>(key: K, matchers: Matchers<K>): string[] {
  const known: readonly string[] = METRICS[key].attributes;
  return Object.entries<Matcher | undefined>(matchers).flatMap(([attribute, matcher]) => {
    if (!known.includes(attribute)) throw new Error(`${METRICS[key].name} has no attribute ${attribute}`);
    if (matcher === undefined) return [];
    const { op, value } = typeof matcher === 'string' ? { op: '=', value: matcher } : matcher;
    return [`${prometheusLabel(attribute)}${op}${JSON.stringify(value)}`];
  });
}
