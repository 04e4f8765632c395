/**
 * Recording rules for long time ranges: the events of each counter per minute, by service instead of by process. The dashboards read
 * the records if they reach back far enough, and the counters otherwise. They are in a separate file, because alerts do not need
 * them.
 */
import { stringify } from 'yaml';
import { METRICS, type MetricKey } from '../../signals/catalogue.ts';
import { PROCESS_LABEL } from '../../signals/names.ts';
import { histogramSeries, indent, series } from '../alerts/promql.ts';
import type { AlertConfig } from '../config.ts';
import { type CountWindow, RECORDED } from './lib/counts.ts';
import { Queries } from './lib/queries.ts';
import { type Part, recordName } from './lib/selectors.ts';

/** The labels of a process, a target or a pod. All other labels are kept, including those of attribution. */
const PER_PROCESS = [
  PROCESS_LABEL,
  'pod',
  'container',
  'endpoint',
  'node',
  'service_instance_id',
  'otel_scope_name',
  'otel_scope_version',
  'otel_scope_schema_url',
];

/**
 * How long after a moment its records are made, as PromQL and at most in seconds. A rule reads only the samples that have been stored: one that a slow
 * scrape or a push brings later would be missing in its minute, and would not be new in the next one. A subquery delays all of an
 * expression, in every version of Prometheus; `query_offset` of a group needs Prometheus 2.53.
 */
export const RECORD_DELAY = { promql: '[15s:15s] offset 30s', seconds: 45 };
const PARTS: readonly Part[] = ['bucket', 'sum', 'count'];

/** The selector of each counter, and the name of its record. */
function counters({ selector }: AlertConfig): { counter: string; record: string }[] {
  return (Object.keys(METRICS) as MetricKey[]).flatMap((key) => {
    const { kind } = METRICS[key];
    if (kind === 'counter') {
      return [{ counter: series(key, {}, selector), record: recordName(key) }];
    }
    if (kind !== 'histogram') return [];
    return PARTS.map((part) => ({
      counter: histogramSeries(key, part, {}, selector),
      record: recordName(key, part),
    }));
  });
}

/** What a record of `counter` is evaluated as, once in each `window`. The window is a multiple of 15 seconds. */
export function recordExpression(q: Queries, counter: string, window: CountWindow = RECORDED): string {
  const without = `sum without (${[...q.config.instanceLabels, ...PER_PROCESS].join(', ')})`;
  // Rules do not have the variables.
  const counted = q
    .count(counter, without, window)
    .replaceAll('{job=~"$job"}', '')
    .replaceAll(', job=~"$job"', '');
  return `last_over_time((\n${indent(counted)}\n)${RECORD_DELAY.promql})`;
}

/** `alerts/anthropic.dashboards.yaml`: the records, as a rule file for Prometheus, Mimir, Thanos and VictoriaMetrics. */
export function dashboardRecordsYaml(config: AlertConfig): string {
  const q = new Queries(config);
  const rules = counters(config).map(({ counter, record }) => ({
    record,
    expr: recordExpression(q, counter),
    labels: { recorded: RECORDED.window },
  }));
  const groups = [{ name: 'anthropic-dashboards', interval: RECORDED.window, rules }];
  return [
    '# anthropic.dashboards.yaml: made by `npm run generate` from src/mixin/dashboards/records.ts.',
    '# Optional, beside anthropic.rules.yaml: with it, dashboards of large fleets and long time ranges are faster.',
    stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false }),
  ].join('\n');
}
