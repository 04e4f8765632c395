/** The options of all kinds of panels, and how they are passed to a builder. */
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
import type { Link } from './links.ts';
import { COLORS, DATASOURCE, type Step } from './style.ts';

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** The name of the series. `{{label}}` is replaced by the label's value. */
  readonly legend?: string;
  /** Whether to query only the value at the end of the time range. */
  readonly instant?: boolean;
  readonly format?: 'table' | 'heatmap';
  /** Whether to query exemplars too: the dots that link to a trace, if the data source has them. */
  readonly exemplar?: boolean;
  /** For bars: their exact total, which the legend shows. */
  readonly total?: string;
}

/** The text to show instead of the values from `from` to `to`. */
export interface ValueText {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** If absent, the color of the series is used. */
  readonly color?: string;
}

/** Options that all panels have. */
export interface PanelOptions {
  readonly title: string;
  /** What the panel shows, and what to do about it. */
  readonly description: string;
  /** One of Grafana's units. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** The text to show if there are no series. */
  readonly noValue: string;
  /** In columns of the grid, which has 24. */
  readonly width?: number;
  /** In grid rows of 30 pixels. */
  readonly height?: number;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: readonly Step[];
  /** Decimals of individual series. */
  readonly decimalsOf?: Readonly<Record<string, number>>;
  /** Texts and colors for values. */
  readonly texts?: readonly ValueText[];
  readonly links?: readonly Link[];
  /** Links on each value, with `${__field.labels...}`. */
  readonly dataLinks?: readonly Link[];
  /** Series with names that are label values with their own color. */
  readonly colored?: readonly string[];
  /** Colors of series, by a regular expression that their name matches. */
  readonly coloredBy?: Readonly<Record<string, string>>;
}

/** A panel and its size. */
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

/** The common methods of all panels' builders. */
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
  overrideByRegexp(pattern: string, properties: DynamicConfigValue[]): this;
}

/** The number of steps in a time range. In three hours, a step is a minute, the resolution of the records. */
const STEPS = 180;

/** Applies `options` to `builder`. */
export function common<B>(builder: B & CommonBuilder, options: PanelOptions): B {
  const { thresholds, queries, decimals, min, max } = options;
  builder.title(options.title).description(options.description);
  builder.links((options.links ?? []).map(dashboardLink));
  if (queries.length === 0) return builder;
  builder.datasource(DATASOURCE).unit(options.unit).noValue(options.noValue).targets(targets(queries));
  builder.maxDataPoints(STEPS);
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  builder.colorScheme(
    new FieldColorBuilder().mode(
      thresholds ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassicByName,
    ),
  );
  if (thresholds) {
    const steps = thresholds.map(({ from, color }) => ({ value: from, color }));
    builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  builder.mappings([...(options.texts ?? []).map(mapping), nothing(options.noValue)]);
  if (options.dataLinks) builder.dataLinks(options.dataLinks.map(dashboardLink));
  for (const [name, value] of Object.entries(options.decimalsOf ?? {})) {
    builder.overrideByName(name, [{ id: 'decimals', value }]);
  }
  for (const name of options.colored ?? []) builder.overrideByName(name, [fixedColor(colorOf(name))]);
  for (const [pattern, color] of Object.entries(options.coloredBy ?? {})) {
    builder.overrideByRegexp(pattern, [fixedColor(color)]);
  }
  return builder;
}

/** Sets a fixed color for a series. */
export function fixedColor(color: string): DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: color } };
}

function colorOf(name: string): string {
  const color = COLORS[name];
  if (color === undefined) throw new Error(`no color for ${name}`);
  return color;
}

const REF_IDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The queries, followed by those of the totals in the legend. */
function targets(queries: readonly Query[]): DataqueryBuilder[] {
  const totals = queries.flatMap(({ total, legend }) =>
    total === undefined ? [] : [{ expr: total, instant: true, ...(legend !== undefined && { legend }) }],
  );
  return [...queries, ...totals].map(target);
}

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

/** The `refId`s of the totals in the legend. */
export function totalRefIds(queries: readonly Query[]): string[] {
  const count = queries.filter(({ total }) => total !== undefined).length;
  return [...REF_IDS.slice(queries.length, queries.length + count)];
}

function mapping({ from, to, text, color }: ValueText, index: number): ValueMapping {
  return {
    type: MappingType.RangeToText,
    options: { from, to, result: { text, index, ...(color && { color }) } },
  };
}

/** Maps a missing value to text with a neutral color, because it would otherwise have the color of the lowest threshold. */
function nothing(text: string): ValueMapping {
  const result = { text, color: '#8f8f8f' };
  return { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result } };
}

function dashboardLink({ title, url, newTab = false }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(newTab);
}
