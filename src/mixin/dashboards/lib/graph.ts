/** Values over time. */
import {
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
import { BAD, MODEL_COLORS } from './style.ts';

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
  /** A pattern of series that are dashed: the second of two lines of one color. */
  readonly dashed?: string;
  /** Series have long names: the legend is below also in a wide graph, and as wide as that. */
  readonly longNames?: boolean;
  /** The axis reaches at least this far, and further where the values do. */
  readonly softMax?: number;
}

/** A graph. The legend is a table below it, sorted, that never takes more than a third of the panel. */
export function graph(options: GraphOptions): SizedPanel {
  const { style = 'lines', stacked = false, thresholdLines = false, min = 0, queries, softMax } = options;
  const bars = style === 'bars';
  const totals = totalRefIds(queries);
  // The exact total is one point, so its sum is itself.
  const calc = totals.length > 0 ? 'sum' : options.asBars ? 'max' : 'lastNotNull';
  const { width = 8 } = options;
  // Beside a wide graph there is room for long names; a narrow one has them below, where Grafana limits their height.
  const wide = width >= 12 && !options.longNames;
  const model = `{{${LABEL.requestModel}}}`;
  const byModel = queries.some(
    ({ legend }) => legend === model || (options.dashed && legend?.includes(model)),
  );
  const coloredBy = { ...(byModel && MODEL_COLORS), ...options.coloredBy };
  const builder = common(new TimeSeries(), { ...options, min, coloredBy })
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(wide ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(calc === 'lastNotNull' && wide ? [calc, 'max'] : [calc])
        .sortBy(NAME_OF_CALC[calc])
        .sortDesc(true)
        .width(wide ? (width === 24 ? 480 : 340) : 0),
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
    // A bar that stands alone would be as wide as the graph.
    .barMaxWidth(16)
    // Thresholds are lines here. By their order series have colors that differ; bars need that of the total with the same name.
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
  if (options.asBars) {
    builder.overrideByRegexp(options.asBars, [
      { id: 'custom.drawStyle', value: GraphDrawStyle.Bars },
      { id: 'custom.lineWidth', value: 0 },
      { id: 'custom.fillOpacity', value: 50 },
      fixedColor(BAD),
    ]);
  }
  // The legend shows the exact totals. Bars reach over both ends of the time range, so their own sum is not exact.
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

/** As the header of the legend has it. */
const NAME_OF_CALC = { lastNotNull: 'Last *', max: 'Max', sum: 'Total' } as const;

function hidden(from: { viz?: boolean; tooltip?: boolean; legend?: boolean }): { id: string; value: object } {
  return { id: 'custom.hideFrom', value: { viz: false, tooltip: false, legend: false, ...from } };
}
