/**
 * Panels, as this package wants them: each with a title, a description, a unit, a legend that is shown and a
 * text for no data. The builders of the Foundation SDK have none of these by default.
 */
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  type BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as Heatmap,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Text, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { common, type PanelOptions, type SizedPanel } from './panel-options.ts';
import { NEUTRAL } from './style.ts';

/** Options of {@link graph}. */
export interface GraphOptions extends PanelOptions {
  /** Bars for counts that add up, lines for everything else. */
  readonly style?: 'bars' | 'lines';
  /** Stacks lines; bars are stacked always. */
  readonly stacked?: boolean;
  /** Draws the thresholds as dashed lines. */
  readonly thresholdLines?: boolean;
  /** A pattern of series that are bars in a graph of lines, each a number of events. */
  readonly asBars?: string;
}

/** Options of {@link stat}. */
export interface StatOptions extends PanelOptions {
  readonly text?: 'value' | 'name' | 'value_and_name';
  /** Colours the whole tile: for what must be seen from across the room. */
  readonly background?: boolean;
  /** Size of the value in pixels, for long ones. */
  readonly valueSize?: number;
  readonly titleSize?: number;
}

/** One or more big numbers. */
export function stat(options: StatOptions): SizedPanel {
  const { text = 'auto', background = false, titleSize } = options;
  // Numbers in full need room for some more digits than they have today.
  const valueSize = options.valueSize ?? (options.unit === 'locale' ? 38 : undefined);
  const builder = common(new Stat(), options)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(BigValueGraphMode.None)
    .colorMode(background ? BigValueColorMode.Background : BigValueColorMode.Value)
    .textMode(text as BigValueTextMode);
  if (valueSize || titleSize) {
    const size = new VizTextDisplayOptionsBuilder();
    if (valueSize) size.valueSize(valueSize);
    if (titleSize) size.titleSize(titleSize);
    builder.text(size);
  }
  return { builder, width: options.width ?? 3, height: options.height ?? 4 };
}

/** Values over time. The legend says the sum of bars, and the last value of lines. */
export function graph(options: GraphOptions): SizedPanel {
  const { style = 'lines', stacked = false, thresholdLines = false, min = 0 } = options;
  const bars = style === 'bars';
  // Beside a wide graph there is room for all its names; below a narrow one for a few.
  const wide = (options.width ?? 8) >= 10;
  const builder = common(new TimeSeries(), { ...options, min })
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(wide ? LegendDisplayMode.Table : LegendDisplayMode.List)
        .placement(wide ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(bars ? ['sum'] : options.asBars ? ['max'] : wide ? ['lastNotNull', 'max'] : ['lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(bars ? 0 : 2)
    .fillOpacity(bars ? 90 : stacked ? 40 : 0)
    .showPoints(bars ? VisibilityMode.Never : VisibilityMode.Auto)
    .axisSoftMin(0)
    // A bar that stands alone would be as wide as the graph.
    .barMaxWidth(16)
    // Thresholds are lines here; the colour of a series is its name's.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic));
  if (options.asBars) {
    builder.overrideByRegexp(options.asBars, [
      { id: 'custom.drawStyle', value: GraphDrawStyle.Bars },
      { id: 'custom.lineWidth', value: 0 },
      { id: 'custom.fillOpacity', value: 50 },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
    ]);
  }
  if (bars || stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (thresholdLines) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  return { builder, width: options.width ?? 8, height: options.height ?? 8 };
}

/** How many values lay in each bucket of a histogram, over time. Takes one query of buckets by `le`. */
export function heatmap(options: PanelOptions): SizedPanel {
  const builder = common(new Heatmap(), options)
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Turbo').steps(64).exponent(0.5))
    .yAxis(new YAxisConfigBuilder().unit(options.unit))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .showLegend();
  return { builder, width: options.width ?? 12, height: options.height ?? 8 };
}

/** One horizontal bar for each value. */
export function bars(options: PanelOptions): SizedPanel {
  const builder = common(new BarGauge(), options)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(16));
  return { builder, width: options.width ?? 8, height: options.height ?? 8 };
}

/** Explanations, in Markdown. */
export function text(
  options: Pick<PanelOptions, 'title' | 'description' | 'width' | 'height'> & { readonly markdown: string },
): SizedPanel {
  const { markdown, width = 24, height = 4, ...rest } = options;
  const builder = common(new Text(), {
    ...rest,
    unit: 'none',
    queries: [],
    noValue: '',
    thresholds: NEUTRAL,
  });
  return { builder: builder.mode(TextMode.Markdown).content(markdown), width, height };
}
