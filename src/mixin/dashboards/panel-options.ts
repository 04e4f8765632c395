/** What every kind of panel takes, and how it goes into a builder. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  MappingType,
  type Panel,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, type PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { COLORS, DATASOURCE, type Link, RUNBOOKS, type Step } from './style.ts';

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** Name of the series; `{{label}}` is the label's value. */
  readonly legend?: string;
  /** Ask for the value at the end of the time range only. */
  readonly instant?: boolean;
  readonly format?: 'table' | 'heatmap';
  /** Ask for exemplars too: the dots that lead to a trace, where the data source has them. */
  readonly exemplar?: boolean;
}

/** What is shown in place of the values from `from` to `to`. */
export interface ValueText {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly color: string;
}

/** Options that all panels have. */
export interface PanelOptions {
  readonly title: string;
  /** What it shows, and what to do about it. */
  readonly description: string;
  /** A unit of Grafana's list. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** What is shown when there are no series. */
  readonly noValue: string;
  /** In grid columns, of 24. */
  readonly width?: number;
  /** In grid rows of 30 pixels. */
  readonly height?: number;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: readonly Step[];
  /** Decimals of single series. */
  readonly decimalsOf?: Readonly<Record<string, number>>;
  /** Texts and colours for values. */
  readonly texts?: readonly ValueText[];
  readonly links?: readonly Link[];
  /** Links of each value, with `${__field.labels...}`. */
  readonly dataLinks?: readonly Link[];
  /** Series whose names are values of a label with a colour of its own. */
  readonly colored?: readonly string[];
}

/** A panel and the room it takes. */
export interface SizedPanel {
  readonly builder: LayoutBuilder;
  readonly width: number;
  readonly height: number;
}

/** The part of a panel's builder that the layout needs. */
export interface LayoutBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** What the builders of all panels have in common. */
interface CommonBuilder extends LayoutBuilder {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: { type?: string; uid?: string }): this;
  targets(targets: Builder<object>[]): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  maxDataPoints(count: number): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  colorScheme(color: FieldColorBuilder): this;
  links(links: DashboardLinkBuilder[]): this;
  dataLinks(links: DashboardLinkBuilder[]): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
}

/** Puts `options` into `builder`. */
export function common<B>(builder: B & CommonBuilder, options: PanelOptions): B {
  const { thresholds, colored, texts, links, dataLinks, queries, decimals, min, max } = options;
  builder.title(options.title).description(options.description);
  if (queries.length === 0) return builder;
  builder.datasource(DATASOURCE).unit(options.unit).noValue(options.noValue).targets(queries.map(target));
  // Totals look for restarts step by step: by default the steps are as many as the panel has pixels.
  if (queries.some(({ expr }) => expr.includes('$__range:'))) builder.maxDataPoints(1000);
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  builder.colorScheme(
    new FieldColorBuilder().mode(thresholds ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassic),
  );
  if (thresholds) {
    const steps = thresholds.map(({ from, color }) => ({ value: from, color }));
    builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  builder.mappings([...(texts ?? []).map(mapping), nothing(options.noValue)]);
  builder.links((links ?? [RUNBOOKS]).map(panelLink));
  if (dataLinks) builder.dataLinks(dataLinks.map(panelLink));
  for (const [name, value] of Object.entries(options.decimalsOf ?? {})) {
    builder.overrideByName(name, [{ id: 'decimals', value }]);
  }
  for (const name of colored ?? []) {
    const color = COLORS[name];
    if (color === undefined) throw new Error(`no colour for ${name}`);
    builder.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }]);
  }
  return builder;
}

const REF_IDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function target({ expr, legend, instant, format, exemplar }: Query, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .datasource(DATASOURCE)
    .refId(REF_IDS.charAt(index))
    .expr(expr)
    .exemplar(exemplar ?? false)
    .format((format ?? 'time_series') as PromQueryFormat)
    .legendFormat(legend ?? '__auto');
  return instant ? query.instant() : query.range();
}

function mapping({ from, to, text, color }: ValueText, index: number): ValueMapping {
  return { type: MappingType.RangeToText, options: { from, to, result: { text, color, index } } };
}

/** No value is neither good nor bad: without this it has the colour of the lowest threshold. */
function nothing(text: string): ValueMapping {
  const result = { text, color: '#8f8f8f' };
  return { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result } };
}

function panelLink({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
}
