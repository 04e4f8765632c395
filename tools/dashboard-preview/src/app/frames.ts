/** Asks Prometheus what a panel asks, and makes of it what Grafana's data source would. */
import {
  cacheFieldDisplayNames,
  type DataFrame,
  type DataTransformerConfig,
  type Field,
  FieldColorModeId,
  type FieldConfig,
  FieldType,
  fieldMatchers,
  type GrafanaTheme2,
  getDisplayProcessor,
  getFieldSeriesColor,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { interpolate, intervalOf, type QueryContext } from '../../../../dev/interpolate.ts';

standardTransformersRegistry.setInit(
  () =>
    [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map(
      (transformation) => ({
        id: transformation.id,
        name: transformation.name,
        transformation: async () => transformation,
        editor: () => null,
        imageDark: '',
        imageLight: '',
      }),
    ) as never,
);

/** A panel of the dashboard's JSON. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly maxDataPoints?: number;
  readonly fieldConfig: { readonly defaults: FieldConfig; readonly overrides: readonly Override[] };
  // biome-ignore lint/suspicious/noExplicitAny: every kind of panel has options of its own
  readonly options: Readonly<Record<string, any>>;
  readonly transformations?: DataTransformerConfig[];
  readonly datasource?: { readonly type?: string };
  /** Of a row: whether its panels are hidden. */
  readonly collapsed?: boolean;
  /** Of a collapsed row. */
  readonly panels?: readonly Panel[];
}

interface Override {
  readonly matcher: { readonly id: string; readonly options?: unknown };
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly format: 'time_series' | 'table' | 'heatmap';
}

/** What a list of alerts shows. Grafana asks its rule engines; here it is what Prometheus wrote down. */
const FIRING: Target = {
  refId: 'A',
  expr: 'ALERTS{alertstate="firing", alertname!="AnthropicWatchdog"}',
  legendFormat: '{{alertname}}',
  instant: true,
  format: 'time_series',
};

interface Series {
  readonly metric: Record<string, string>;
  readonly values?: [number, string][];
  readonly value?: [number, string];
}

/** Whether a panel reads a data source that the preview does not have. */
export function isElsewhere({ datasource }: Panel): boolean {
  return datasource?.type === 'loki' || datasource?.type === 'tempo';
}

/** The data of `panel`, with field configuration and transformations applied. */
export async function loadFrames(
  panel: Panel,
  context: QueryContext,
  theme: GrafanaTheme2,
): Promise<DataFrame[]> {
  if (isElsewhere(panel)) return [];
  const targets = panel.type === 'alertlist' ? [FIRING] : (panel.targets ?? []);
  const results = await Promise.all(targets.map((target) => ask(target, context)));
  const frames = results.flatMap((series, index) => {
    const target = targets[index] as Target;
    if (target.format === 'table')
      return series.length > 0 ? [tableFrame(target, series, targets.length)] : [];
    return series.map((one) => seriesFrame(target, one, intervalOf(context)));
  });
  const transformed =
    panel.transformations?.length && frames.length > 0
      ? await firstValueFrom(transformDataFrame([...panel.transformations], frames))
      : frames;
  applyConfig(transformed, panel, theme);
  colorByName(transformed, theme);
  return transformed;
}

/** What Prometheus responds to a query. */
export async function query(expr: string, context: QueryContext, instant: boolean): Promise<Series[]> {
  const text = interpolate(expr, context);
  const step = intervalOf(context);
  const parameters: Record<string, string> = instant
    ? { query: text, time: String(context.to / 1000) }
    : {
        query: text,
        // Grafana aligns the points with the step.
        start: String(Math.floor(context.from / 1000 / step) * step),
        end: String(Math.floor(context.to / 1000 / step) * step),
        step: String(step),
      };
  const response = await fetch(`/prometheus/api/v1/${instant ? 'query' : 'query_range'}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  const { status, data, error } = await response.json();
  if (status !== 'success') throw new Error(error);
  return data.result;
}

async function ask(target: Target, context: QueryContext): Promise<Series[]> {
  return query(target.expr, context, target.instant);
}

function seriesFrame(
  { refId, legendFormat }: Target,
  { metric, values, value }: Series,
  step: number,
): DataFrame {
  const points = values ?? (value ? [value] : []);
  const frame = toDataFrame({
    refId,
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        values: points.map(([time]) => time * 1000),
        config: { interval: step * 1000 },
      },
      {
        name: 'Value',
        type: FieldType.number,
        values: points.map(([, text]) => Number(text)),
        labels: metric,
        config: {
          displayNameFromDS: legendFormat.replace(/{{\s*(\w+)\s*}}/g, (_, label) => metric[label] ?? ''),
        },
      },
    ],
  });
  return frame;
}

function tableFrame({ refId }: Target, series: readonly Series[], targets: number): DataFrame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))];
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: series.map(({ value }) => (value?.[0] ?? 0) * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: series.map(({ metric }) => metric[label] ?? ''),
      })),
      {
        name: targets > 1 ? `Value #${refId}` : 'Value',
        type: FieldType.number,
        values: series.map(({ value }) => Number(value?.[1])),
      },
    ],
  });
}

/** Defaults, overrides by name, and the text and colour of each value. */
function applyConfig(frames: DataFrame[], panel: Panel, theme: GrafanaTheme2): void {
  let seriesIndex = 0;
  for (const frame of frames) {
    for (const field of frame.fields) {
      const own = field.config;
      const { custom, ...defaults } = panel.fieldConfig.defaults;
      field.config = { ...defaults, ...own, custom: { ...custom, ...own.custom } };
      field.state = {
        ...field.state,
        ...(field.type === FieldType.number && { seriesIndex: seriesIndex++ }),
      };
      for (const { matcher, properties } of panel.fieldConfig.overrides) {
        if (fieldMatchers.get(matcher.id).get(matcher.options)(field, frame, frames))
          for (const { id, value } of properties) set(field, id, value);
      }
      field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
    }
  }
}

/** Colors that are made from names: graphs join the frames, and no longer know the names then. */
function colorByName(frames: DataFrame[], theme: GrafanaTheme2): void {
  cacheFieldDisplayNames(frames);
  for (const field of frames.flatMap(({ fields }) => fields)) {
    if (field.config.color?.mode !== FieldColorModeId.PaletteClassicByName) continue;
    field.config.color = {
      mode: FieldColorModeId.Fixed,
      fixedColor: getFieldSeriesColor(field, theme).color,
    };
  }
}

function set({ config }: Field, id: string, value: unknown): void {
  if (id === 'custom.hideFrom.viz') config.custom = { ...config.custom, hideFrom: { viz: value } };
  else if (id.startsWith('custom.'))
    config.custom = { ...config.custom, [id.slice('custom.'.length)]: value };
  // Links would need Grafana's router.
  else if (id !== 'links') (config as Record<string, unknown>)[id] = value;
}
