/** The types of `@grafana/schema`, as JSON has them: a panel has the options and the field configuration of its kind. */
import type * as schema from '@grafana/schema';
import type * as BarGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as Text from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** In JSON the value of an enum is a word or a number. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Json<Item>[]
      : { [Key in keyof T]: Json<T[Key]> };

type Panel<Options, Field = unknown> = Json<Omit<schema.Panel, 'options' | 'fieldConfig'>> & {
  options: Json<Partial<Options>>;
  fieldConfig?: Json<Omit<schema.FieldConfigSource, 'defaults'>> & {
    defaults: Json<Omit<schema.FieldConfig, 'custom'>> & { custom?: Json<Partial<Field>> };
  };
};

/** A panel, by its type. */
export interface Panels {
  timeseries: Panel<TimeSeries.Options, TimeSeries.FieldConfig>;
  stat: Panel<Stat.Options>;
  table: Panel<Table.Options, Table.FieldConfig>;
  bargauge: Panel<BarGauge.Options>;
  heatmap: Panel<Heatmap.Options, Heatmap.FieldConfig>;
  text: Panel<Text.Options>;
  logs: Panel<Logs.Options>;
  /** The schema has no options of it. */
  alertlist: Panel<object>;
  row: Json<Omit<schema.RowPanel, 'panels'>>;
}

/** A dashboard without its panels. An annotation has the fields of its data source, and a variable the text of its query. */
export type Outline = Json<Omit<schema.Dashboard, 'panels' | 'annotations' | 'templating'>> & {
  annotations: {
    list: (Json<schema.AnnotationQuery> & { expr: string; titleFormat: string; textFormat: string })[];
  };
  templating: { list: (Json<schema.VariableModel> & { definition?: string })[] };
};
