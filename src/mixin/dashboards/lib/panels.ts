/**
 * The panels of this package. Each has a title, a description, a unit and a text for no data, which the builders of the Foundation
 * SDK do not set by default.
 */
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeSizing,
  BigValueColorMode,
  BigValueGraphMode,
  type BigValueTextMode,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  TooltipDisplayMode,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  PanelBuilder as Heatmap,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Text, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { common, type PanelOptions, type SizedPanel } from './options.ts';
import { NEUTRAL } from './style.ts';

/** Options of {@link stat}. */
export interface StatOptions extends PanelOptions {
  readonly text?: 'value' | 'name' | 'value_and_name';
  /** Colors the whole tile, for values that must be visible from across the room. */
  readonly background?: boolean;
  /** Whether the values are below each other, rather than where there is space. */
  readonly column?: boolean;
  /** Size of the value in pixels, for long values. */
  readonly valueSize?: number;
  readonly titleSize?: number;
}

/** One or more big numbers. */
export function stat(options: StatOptions): SizedPanel {
  const { text = 'auto', background = false, column = false, titleSize, valueSize } = options;
  const builder = common(new Stat(), options)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(BigValueGraphMode.None)
    .colorMode(background ? BigValueColorMode.BackgroundSolid : BigValueColorMode.Value)
    .textMode(text as BigValueTextMode);
  if (column) builder.orientation(VizOrientation.Horizontal);
  if (valueSize || titleSize) {
    const size = new VizTextDisplayOptionsBuilder();
    if (valueSize) size.valueSize(valueSize);
    if (titleSize) size.titleSize(titleSize);
    builder.text(size);
  }
  return { builder, width: options.width ?? 3, height: options.height ?? 4 };
}

/** The number of values in each bucket of a histogram, over time. Takes one query of buckets by `le`. */
export function heatmap(options: PanelOptions): SizedPanel {
  const builder = common(new Heatmap(), options)
    .calculate(false)
    // A scale from dark to light, which is readable with every kind of color vision.
    .color(new HeatmapColorOptionsBuilder().scheme('Viridis').steps(64).exponent(0.5))
    .yAxis(new YAxisConfigBuilder().unit(options.unit))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .showLegend();
  return { builder, width: options.width ?? 12, height: options.height ?? 9 };
}

/** One horizontal bar for each value. */
export function gauges(options: PanelOptions): SizedPanel {
  const builder = common(new BarGauge(), options)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .displayMode(BarGaugeDisplayMode.Basic)
    // A single bar would otherwise be as high as the panel.
    .sizing(BarGaugeSizing.Manual)
    .minVizHeight(16)
    .maxVizHeight(32)
    .orientation(VizOrientation.Horizontal)
    // Grafana measures names at two fifths of the height of a bar: a larger name would be cut off.
    .text(new VizTextDisplayOptionsBuilder().titleSize(12).valueSize(16));
  return { builder, width: options.width ?? 8, height: options.height ?? 9 };
}

/** Explanatory text in Markdown. */
export function text(
  options: Pick<PanelOptions, 'title' | 'description' | 'width' | 'height' | 'links'> & {
    readonly markdown: string;
  },
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
