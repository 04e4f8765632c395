/**
 * Recording rules for long time ranges: what each counter counted in a minute, for each service instead of each process. The dashboards read them
 * where they reach back far enough, and the counters otherwise. They are a file of their own, because alerts do not need them.
 */
import { stringify } from 'yaml';
import { METRICS, type MetricKey } from '../../signals/catalogue.ts';
import { PROCESS_LABEL } from '../../signals/names.ts';
import { histogramSeries, series } from '../alerts/promql.ts';
import type { AlertConfig } from '../config.ts';
import { RECORDED } from './lib/counts.ts';
import { Queries } from './lib/queries.ts';
import { type Part, recordName } from './lib/selectors.ts';

/** Labels of a process, a target or a pod. All other labels are kept, those of attribution too. */
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

/** Counters that the dashboards show for a short time only. */
const SHORT: readonly MetricKey[] = ['telemetryErrors', 'telemetryClients'];
const PARTS: readonly Part[] = ['bucket', 'sum', 'count'];

/** A selector of a counter, and the name of its record. */
function counters({ selector }: AlertConfig): { counter: string; record: string }[] {
  return (Object.keys(METRICS) as MetricKey[]).flatMap((key) => {
    const { kind } = METRICS[key];
    if (kind === 'counter' && !SHORT.includes(key)) {
      return [{ counter: series(key, {}, selector), record: recordName(key) }];
    }
    if (kind !== 'histogram') return [];
    return PARTS.map((part) => ({
      counter: histogramSeries(key, part, {}, selector),
      record: recordName(key, part),
    }));
  });
}

/** `alerts/anthropic.dashboards.yaml`: the records, as a rule file of Prometheus, Mimir, Thanos and VictoriaMetrics. */
export function dashboardRecordsYaml(config: AlertConfig): string {
  const q = new Queries(config);
  const without = `sum without (${[...config.instanceLabels, ...PER_PROCESS].join(', ')})`;
  const rules = counters(config).map(({ counter, record }) => ({
    record,
    // Rules have no variables.
    expr: q.count(counter, without, RECORDED).replaceAll('{job=~"$job"}', '').replaceAll(', job=~"$job"', ''),
    labels: { recorded: RECORDED.window },
  }));
  const groups = [{ name: 'anthropic-dashboards', interval: RECORDED.window, rules }];
  return [
    '# anthropic.dashboards.yaml: made by `npm run generate` from src/mixin/dashboards/records.ts.',
    '# Optional, beside anthropic.rules.yaml: with it, dashboards of large fleets and long time ranges are faster.',
    stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false }),
  ].join('\n');
}
