/** Graphs of values over time. */
import {
  AxisPlacement,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { common, fixedColor, type PanelOptions, type SizedPanel, totalRefIds } from './options.ts';
import { LABEL } from './selectors.ts';
import { BAD, MODEL_COLORS, PLAIN } from './style.ts';

/** Options of {@link graph}. */
export interface GraphOptions extends PanelOptions {
  /** Bars for counts that add up, lines for other values. */
  readonly style?: 'bars' | 'lines';
  /** Stacks lines. Bars are always stacked. */
  readonly stacked?: boolean;
  /** Draws the thresholds as dashed lines. */
  readonly thresholdLines?: boolean;
  /** A pattern for series that are drawn as bars in a graph of lines, each a number of events. */
  readonly asBars?: string;
  /** A pattern for dashed series: the second of two lines with the same color. */
  readonly dashed?: string;
  /** A pattern for dotted series: the third of three lines with the same color. */
  readonly dotted?: string;
  /** Whether the lowest values matter most. The legend then starts with them. */
  readonly lowestFirst?: boolean;
  /** A pattern for series with a unit of their own, which the right axis shows. */
  readonly right?: { readonly pattern: string; readonly unit: string };
  /** Whether a single series has no meaning that a color could show. */
  readonly plain?: boolean;
  /** Whether series have long names. The legend is then below even a wide graph, and as wide as the graph. */
  readonly longNames?: boolean;
  /** The minimum upper end of the axis. It is higher if values are. */
  readonly softMax?: number;
}

/** A graph. Its legend is a sorted table below it that takes at most a third of the panel. */
export function graph(options: GraphOptions): SizedPanel {
  const { style = 'lines', stacked = false, thresholdLines = false, min = 0, queries, softMax } = options;
  const bars = style === 'bars';
  const totals = totalRefIds(queries);
  // The exact total is a single point, so its sum is the total.
  const calc = totals.length > 0 ? 'sum' : options.asBars ? 'max' : 'lastNotNull';
  const { width = 8 } = options;
  // A wide graph has space for long names next to it. A narrow one has the legend below, where Grafana limits its height.
  const wide = width >= 12 && !options.longNames;
  const model = `{{${LABEL.requestModel}}}`;
  const byModel = queries.some(
    ({ legend }) => legend === model || (options.dashed && legend?.includes(model)),
  );
  const coloredBy = {
    ...(byModel && MODEL_COLORS),
    ...(options.plain && { '/.+/': PLAIN }),
    ...options.coloredBy,
  };
  const builder = common(new TimeSeries(), { ...options, min, coloredBy })
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(wide ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(calc === 'lastNotNull' && wide ? [calc, 'max'] : [calc])
        .sortBy(NAME_OF_CALC[calc])
        .sortDesc(!options.lowestFirst)
        .width(wide ? legendWidth(options) : 0),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending)
        .hideZeros(true),
    )
    .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(bars ? 0 : 2)
    .fillOpacity(bars ? 90 : stacked ? 40 : 0)
    .showPoints(bars ? VisibilityMode.Never : VisibilityMode.Auto)
    .axisSoftMin(0)
    // A single bar would otherwise be as wide as the graph.
    .barMaxWidth(16)
    // Thresholds are drawn as lines, so series do not get their colors from them. Series get different colors by order. Bars get them
    // by name, so that a bar has the color of its total.
    .colorScheme(
      new FieldColorBuilder().mode(
        totals.length > 0 ? FieldColorModeId.PaletteClassicByName : FieldColorModeId.PaletteClassic,
      ),
    );
  if (softMax !== undefined) builder.axisSoftMax(softMax);
  if (options.dashed) {
    builder.overrideByRegexp(options.dashed, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } },
    ]);
  }
  if (options.dotted) {
    builder.overrideByRegexp(options.dotted, [
      { id: 'custom.lineStyle', value: { fill: 'dot', dash: [2, 6] } },
    ]);
  }
  if (options.right) {
    builder.overrideByRegexp(options.right.pattern, [
      { id: 'unit', value: options.right.unit },
      { id: 'custom.axisPlacement', value: AxisPlacement.Right },
    ]);
  }
  if (options.asBars) {
    builder.overrideByRegexp(options.asBars, [
      { id: 'custom.drawStyle', value: GraphDrawStyle.Bars },
      { id: 'custom.lineWidth', value: 0 },
      { id: 'custom.fillOpacity', value: 50 },
      fixedColor(BAD),
    ]);
  }
  // The legend shows the exact totals. The sum of the bars is not exact, because they extend beyond both ends of the time range.
  for (const refId of totals) builder.overrideByQuery(refId, [hidden({ viz: true, tooltip: true })]);
  queries.forEach(({ total }, index) => {
    if (total !== undefined) builder.overrideByQuery('ABCDEFGH'.charAt(index), [hidden({ legend: true })]);
  });
  if (bars || stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (thresholdLines) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  return { builder, width, height: options.height ?? 9 };
}

/** The width of a legend beside a graph. Names of services, and of two parts, are long. Beside bars there is one column of numbers. */
function legendWidth({ queries, width, style }: GraphOptions): number {
  const some = (pattern: RegExp) => queries.some(({ legend = '' }) => pattern.test(legend));
  if (width === 24) return 400;
  if (some(/{{service}}/)) return 350;
  return style === 'bars' ? 280 : some(/{{.* | .*{{/) ? 350 : 310;
}

/** The header of each calculation in the legend. */
const NAME_OF_CALC = { lastNotNull: 'Last *', max: 'Max', sum: 'Total' } as const;

function hidden(from: { viz?: boolean; tooltip?: boolean; legend?: boolean }): { id: string; value: object } {
  return { id: 'custom.hideFrom', value: { viz: false, tooltip: false, legend: false, ...from } };
}
