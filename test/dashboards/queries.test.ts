/** Every query is PromQL, and asks only for what the catalogue has. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { interpolate } from '../../dev/interpolate.ts';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { METRICS } from '../../src/signals/catalogue.ts';
import {
  type MetricDefinition,
  prometheusLabel,
  prometheusName,
} from '../../src/signals/metric-definition.ts';
import { PROCESS_LABEL } from '../../src/signals/names.ts';
import { DASHBOARDS, PANELS, VARIABLES } from './support/panels.ts';
import { read, type Selector } from './support/promql.ts';

const CONTEXT = {
  from: 0,
  to: 3_600_000,
  maxDataPoints: 240,
  scrapeInterval: 15,
  variables: VARIABLES,
};
const QUERIES = PANELS.flatMap(({ name, targets }) =>
  targets.map(({ refId, expr }) => ({
    name: `${name} [${refId}]`,
    written: expr,
    expr: interpolate(expr, CONTEXT),
  })),
);
/** Labels that a scrape or the endpoint adds, or the rules. */
const COMMON = [
  'cluster',
  'namespace',
  'job',
  'instance',
  PROCESS_LABEL,
  'le',
  'otel_scope_version',
  'recorded',
  // What the reader of the cost dashboard attributes to, and labels that a query makes.
  'anthropic_attribution_team',
  'attribution',
  'class',
  'metric',
];
/** What a panel asks for that is not of this package. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  'ALERTS|GRAFANA_ALERTS': ['alertname', 'alertstate', 'severity', 'fault'],
  up: ['job', 'instance'],
};

/** The metrics that a selector reads; a pattern reads those it matches. */
function metricsOf({ name }: Selector): MetricDefinition[] {
  const pattern = new RegExp(`^(?:${name})$`);
  return Object.values(METRICS).filter((metric) => {
    const base = prometheusName(metric);
    const plain =
      metric.kind === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${base}_${part}`) : [base];
    const records = plain.map((text) => `service:${text.replace(/_total$/, '')}:events1m`);
    const names = [...plain, ...records];
    return names.some((candidate) => pattern.test(candidate));
  });
}

it('every query parses, and leaves no variable open', () => {
  for (const { name, expr } of QUERIES) {
    // `$1` is for label_replace, and `$$__all` is All in a link.
    expect(expr.replaceAll('$$__all', ''), name).not.toMatch(/\$\D/);
    expect(read(expr).valid, `${name}: ${expr}`).toBe(true);
  }
});

it('every query is accepted by promtool', async () => {
  const { promtool } = await findPrometheusTools();
  const folder = await mkdtemp(join(tmpdir(), 'queries-'));
  const annotations = DASHBOARDS.flatMap(({ json }) =>
    json.annotations.list.map(({ expr }) => interpolate(expr, CONTEXT)),
  );
  const rules = [...QUERIES.map(({ expr }) => expr), ...annotations].map((expr, index) => ({
    record: `query:${index}`,
    expr,
  }));
  await writeFile(join(folder, 'queries.yaml'), stringify({ groups: [{ name: 'queries', rules }] }));
  const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', join(folder, 'queries.yaml')]);
  await rm(folder, { recursive: true });
  expect(stdout).toContain(`${rules.length} rules found`);
});

it('every metric and label of a query is in the catalogue', () => {
  for (const { name, expr } of QUERIES) {
    const { selectors, groupings } = read(expr);
    const known = new Set([...COMMON, '__name__']);
    for (const selector of selectors) {
      const metrics = metricsOf(selector);
      const foreign = FOREIGN[selector.name];
      expect(metrics.length > 0 || foreign !== undefined, `${name} reads ${selector.name}`).toBe(true);
      const labels = [
        ...COMMON,
        ...(foreign ?? metrics.flatMap(({ attributes }) => attributes.map(prometheusLabel))),
      ];
      for (const label of labels) known.add(label);
      expect(labels, `${name}: ${selector.name}`).toEqual(expect.arrayContaining([...selector.labels]));
    }
    expect([...known], `${name} groups`).toEqual(expect.arrayContaining([...groupings]));
  }
});

it('every metric of the catalogue is on a panel', () => {
  // A selector of all metrics at once shows none of them.
  const shown = QUERIES.flatMap(({ expr }) => read(expr).selectors)
    .map(metricsOf)
    .filter((metrics) => metrics.length === 1)
    .map(([metric]) => metric?.name);
  for (const { name } of Object.values(METRICS)) expect(shown).toContain(name);
});

it('every series of this package is filtered by job and instance, and by model and method where it has them', () => {
  for (const { name, expr } of QUERIES) {
    for (const selector of read(expr).selectors) {
      const [metric, ...more] = metricsOf(selector);
      // The helper of the rules reads the start time of all processes and joins it to those that are asked for.
      if (!metric || more.length > 0 || metric === METRICS.startTime) continue;
      const labels = metric.attributes.map(prometheusLabel);
      const wanted = [
        'cluster',
        'namespace',
        'job',
        'instance',
        ...['gen_ai_request_model', 'anthropic_method'].filter((label) => labels.includes(label)),
      ];
      expect(selector.labels, name).toEqual(expect.arrayContaining(wanted));
    }
  }
});

it('a counter is never shown raw: it stands in a function over time, or beside its own past', () => {
  for (const { name, expr } of QUERIES) {
    const { selectors } = read(expr);
    for (const selector of selectors) {
      if (!selector.name.endsWith('_total') || selector.range !== undefined || selector.offset) continue;
      const past = selectors.some(
        (other) =>
          other.name === selector.name && other.range !== undefined && other.within === 'last_over_time',
      );
      expect(past, `${name} shows ${selector.name} raw`).toBe(true);
    }
  }
});

it('rates follow the zoom, and nothing else does with an extrapolated increase', () => {
  for (const { name, written } of QUERIES) {
    for (const [, window] of written.matchAll(/\brate\([^[]*\[([^\]]+)\]/g)) {
      expect(window, name).toBe('$__rate_interval');
    }
    expect(written, name).not.toMatch(/increase\([^[]*\[\$__(rate_)?interval\]/);
  }
});

it('durations are found by both names: without a unit from the exporter, with one by OTLP', () => {
  const durations = Object.values(METRICS).filter(({ kind, unit }) => kind === 'histogram' && unit === 's');
  for (const { expr, name } of QUERIES) {
    for (const metric of durations) {
      const exact = new RegExp(`(?<![:\\w])${prometheusName(metric)}_(bucket|sum|count)\\b`);
      expect(expr, name).not.toMatch(exact);
    }
  }
});
