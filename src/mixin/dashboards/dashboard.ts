/** A dashboard around its panels: variables, links, annotations, and the place of each panel. */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type RowPanel,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { series } from '../alerts/promql.ts';
import type { DashboardUid } from '../alerts/rule.ts';
import type { SizedPanel } from './panel-options.ts';
import { LABEL } from './queries.ts';
import { DATASOURCE, STATUS_PAGE, TAG } from './style.ts';

/** A heading and the panels below it, in lines of 24 columns. */
export interface Section {
  /** The first section of a dashboard has none: it starts at the top. */
  readonly title?: string;
  readonly lines: readonly (readonly SizedPanel[])[];
}

/** A dashboard before it is written. */
export interface DashboardOptions {
  readonly uid: DashboardUid;
  readonly title: string;
  readonly description: string;
  /** Start of the time range: `now-1h`. */
  readonly from: string;
  readonly refresh: string;
  readonly sections: readonly Section[];
}

/** The JSON of a dashboard in Grafana's classic format, which every Grafana from 10 on imports and provisions. */
export function dashboard(options: DashboardOptions): string {
  const { uid, title, description, from, refresh, sections } = options;
  const model = new DashboardBuilder(title)
    .id(null)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .variables(variables())
    .annotation(alerts())
    .links([dashboards(), link('API status', STATUS_PAGE), link('Runbooks', DEFAULT_CONFIG.runbookUrl)])
    .build();
  return `${JSON.stringify(classic({ ...model, panels: layOut(sections) }), undefined, 2)}\n`;
}

/** Gives every panel its id and its place. */
function layOut(sections: readonly Section[]): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let y = 0;
  const nextId = () => panels.length + 1;
  for (const { title, lines } of sections) {
    if (title !== undefined) {
      panels.push(new RowBuilder(title).id(nextId()).gridPos({ x: 0, y, w: 24, h: 1 }).build());
      y += 1;
    }
    for (const line of lines) {
      let x = 0;
      for (const { builder, width: w, height: h } of line) {
        panels.push(builder.id(nextId()).gridPos({ x, y, w, h }).build());
        x += w;
      }
      y += Math.max(...line.map(({ height }) => height));
    }
  }
  return panels;
}

/** The variables. All filters accept several values, and `All`. */
function variables() {
  const started = (filter: string) => series('startTime', {}, filter);
  const calls = series('calls', {}, 'job=~"$job"');
  return [
    datasource('datasource', 'Data source', 'prometheus'),
    labelValues('job', 'Job', started(''), 'job', '.+'),
    labelValues('instance', 'Instance', started('job=~"$job"'), 'instance', '.+'),
    // Calls such as `models.list` name no model: `.*` keeps them.
    labelValues('model', 'Model', calls, LABEL.requestModel, '.*'),
    labelValues('method', 'Method', calls, LABEL.method, '.+'),
    // Only links use these two. Where there is no Loki or Tempo they are empty, and nothing else changes.
    datasource('logs', 'Logs', 'loki').hide(VariableHide.HideVariable),
    datasource('traces', 'Traces', 'tempo').hide(VariableHide.HideVariable),
  ];
}

function datasource(name: string, label: string, type: string): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name).label(label).type(type);
}

function labelValues(
  name: string,
  title: string,
  selector: string,
  label: string,
  allValue: string,
): QueryVariableBuilder {
  const query = `label_values(${selector}, ${label})`;
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

/** The rules that fire, on every graph. */
function alerts(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(
      'ALERTS{alertname=~"Anthropic.+", alertname!="AnthropicWatchdog", alertstate="firing", job=~"$job|"}',
    )
    .titleFormat('{{alertname}}')
    .textFormat('{{job}} {{gen_ai_request_model}}');
}

function dashboards(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Claude')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true);
}

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .icon('external link')
    .url(url)
    .targetBlank(true);
}

/** Without what the builders write and Grafana 10 to 12 do not know, or know as "hidden in a menu". */
function classic(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(classic);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== 'placement' || item !== 'inControlsMenu')
      .map(([key, item]) => [key, classic(item)]),
  );
}
