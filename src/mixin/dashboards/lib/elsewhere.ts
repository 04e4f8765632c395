/** Panels with other data sources: Grafana's alerts, log lines in Loki, traces in Tempo. */
import { LogsSortOrder } from '@grafana/grafana-foundation-sdk/common';
import type { GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Logs } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { DataqueryBuilder as TempoQuery } from '@grafana/grafana-foundation-sdk/tempo';
import type { Section } from './dashboard.ts';
import type { LayoutBuilder, SizedPanel } from './options.ts';
import { variable } from './style.ts';

/** The firing alerts of every rule engine that Grafana knows: Prometheus, Mimir, and Grafana's own. */
export function alertList(options: {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
}): SizedPanel {
  const { title, description, width, height } = options;
  const panel: Panel = {
    type: 'alertlist',
    title,
    description,
    transparent: false,
    options: {
      viewMode: 'list',
      groupMode: 'default',
      groupBy: [],
      maxItems: 20,
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: 'Anthropic',
      alertInstanceLabelFilter: '{alertname!="AnthropicWatchdog"}',
      datasource: '',
      folder: null,
      showInstances: true,
      stateFilter: { firing: true, pending: false, noData: false, normal: false, error: true },
    },
    fieldConfig: { defaults: {}, overrides: [] },
  };
  const builder: LayoutBuilder = {
    id(id: number) {
      panel.id = id;
      return this;
    },
    gridPos(position: GridPos) {
      panel.gridPos = position;
      return this;
    },
    build: () => panel,
  };
  return { builder, width, height };
}

/** Log lines and traces of failed calls, for the selected services and models. */
export function logsAndTraces(): Section {
  const job = variable('job:regex');
  const model = variable('model:regex');
  const loki = { type: 'loki', uid: variable('logs') };
  const tempo = { type: 'tempo', uid: variable('traces') };
  const logs = new Logs()
    .title('Log lines of what failed')
    .description(
      'From Loki, for the selected services and models. Expects the label service_name with the name of the job.',
    )
    .datasource(loki)
    .sortOrder(LogsSortOrder.Descending)
    .showTime(true)
    .enableLogDetails(true)
    .wrapLogMessage(true)
    .targets([
      new LokiQuery()
        .datasource(loki)
        .refId('A')
        .expr(
          `{service_name=~".+", service_name=~"${job}"} | json | level=~"warn|error" | model=~"${model}"`,
        ),
    ]);
  const traces = new Table()
    .title('Traces of failed calls')
    .description('From Tempo, for the selected services and models. Click a trace to open it.')
    .datasource(tempo)
    .targets([
      new TempoQuery()
        .datasource(tempo)
        .refId('A')
        .queryType('traceql')
        .query(
          `{ resource.service.name =~ "${job}" && span.gen_ai.request.model =~ "${model}" && status = error }`,
        )
        .limit(20),
    ]);
  return {
    title: 'Log lines and traces',
    collapsed: true,
    lines: [
      [
        { builder: logs, width: 14, height: 10 },
        { builder: traces, width: 10, height: 10 },
      ],
    ],
  };
}
