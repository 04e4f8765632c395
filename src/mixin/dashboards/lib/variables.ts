/** The variables of the dashboards. */
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { series } from '../../alerts/promql.ts';
import type { Queries } from './queries.ts';
import { LABEL, recordName } from './selectors.ts';
import { DATASOURCE } from './style.ts';
import { SERVICE_TITLES } from './table.ts';

/** A number that the reader of a dashboard can set. */
export type Setting = 'threshold' | 'objective' | 'budget' | 'attribution';

type VariableBuilder = DatasourceVariableBuilder | QueryVariableBuilder | TextBoxVariableBuilder;

/** The variables. All filters accept several values and `All`. */
export function variables(q: Queries, settings: readonly Setting[]): VariableBuilder[] {
  const outer: string[] = [];
  const filters = q.process.map((label) => {
    const started = series('startTime', {}, outer.join(', '));
    outer.push(`${label}=~"$${label}"`);
    return labelValues(label, SERVICE_TITLES[label] ?? 'Instance', started, label);
  });
  const calls = series('calls', {}, outer.slice(0, q.service.length).join(', '));
  return [
    datasource('datasource', 'Data source', 'prometheus'),
    ...filters,
    labelValues('model', 'Model', calls, LABEL.requestModel),
    labelValues('method', 'Method', calls, LABEL.method),
    ...settings.map((name) => setting(name, q)),
    recorded(q),
    // Only links and the row of log lines and traces use these two.
    datasource('logs', 'Logs', 'loki').hide(VariableHide.HideVariable),
    datasource('traces', 'Traces', 'tempo').hide(VariableHide.HideVariable),
  ];
}

function datasource(name: string, label: string, type: string): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name).label(label).type(type);
}

function labelValues(name: string, title: string, selector: string, label: string): QueryVariableBuilder {
  return (
    query(name, title, `label_values(${selector}, ${label})`)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // `.*` includes series without the label: calls without a model, services without a cluster.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  );
}

function query(name: string, title: string, text: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query: text, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .definition(text)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

/**
 * `1m` if counts come from the records of `anthropic.dashboards.yaml`: for all instances, and in time ranges of three hours or more
 * with records at their start. Otherwise empty, and counts come from the counters.
 */
function recorded(q: Queries): QueryVariableBuilder {
  const record = `${recordName('calls')}{${q.filter}}`;
  const text = `query_result(max by (recorded) (${record} offset $__range) and on () vector($__range_s) >= 10800)`;
  return query('recorded', 'Records', text).regex('/recorded="(.+?)"/').hide(VariableHide.HideVariable);
}

function setting(name: Setting, { config }: Queries): VariableBuilder {
  if (name === 'attribution') {
    return new TextBoxVariableBuilder(name)
      .label('Attribution')
      .description('One of the `attributionKeys` of the application, such as team or feature.')
      .defaultValue('team')
      .current({ selected: true, text: 'team', value: 'team' });
  }
  const [label, description, value] = {
    threshold: ['Error rate', 'The share of failed calls that is too much.', config.errorRate.ratio],
    objective: ['Objective', 'The share of the calls that must succeed.', config.errorBudget.objective],
    budget: ['Budget, USD a day', 'What a day may cost.', config.spend.dailyBudgetUsd],
  }[name] as [string, string, number];
  const text = String(value);
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .defaultValue(text)
    .current({ selected: true, text, value: text });
}
