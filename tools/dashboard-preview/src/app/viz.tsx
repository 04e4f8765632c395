/** Draws the data of a panel with the components of `@grafana/ui`. */
import {
  type DisplayValue,
  dateTime,
  FieldType,
  getDisplayProcessor,
  getFieldDisplayName,
  renderMarkdown,
  type TimeRange,
  VizOrientation,
} from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { QueryContext } from '../../../../dev/interpolate.ts';
import { isElsewhere } from './frames.ts';
import { HeatmapCanvas } from './heatmap.tsx';
import type { VizProps } from './viz-props.ts';

/** The picture of a panel. */
export function Viz(props: VizProps) {
  const { panel, frames } = props;
  if (panel.type === 'text') return <Markdown {...props} />;
  if (panel.type === 'alertlist') return <AlertList {...props} />;
  if (isElsewhere(panel))
    return (
      <div className="nothing">The preview has no {panel.datasource?.type === 'loki' ? 'Loki' : 'Tempo'}</div>
    );
  if (panel.type === 'stat') return <Stat {...props} />;
  if (frames.every(({ length }) => length === 0))
    return <div className="nothing">{panel.fieldConfig.defaults.noValue}</div>;
  if (panel.type === 'timeseries') return <Graph {...props} />;
  if (panel.type === 'heatmap') return <HeatmapCanvas {...props} />;
  if (panel.type === 'bargauge') return <Bars {...props} />;
  if (panel.type === 'table') return <Table {...props} />;
  throw new Error(`the preview does not know ${panel.type} panels`);
}

function Markdown({ panel }: VizProps) {
  const html = { __html: renderMarkdown(panel.options['content']) };
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the text is of this package, and renderMarkdown sanitizes
  return <div className="markdown-html" dangerouslySetInnerHTML={html} />;
}

/** The list of firing alerts: Grafana's own is a panel plugin, which no package carries. */
function AlertList({ frames }: VizProps) {
  const alerts = frames.map(({ fields }) => fields[1]?.labels ?? {});
  if (alerts.length === 0) return <div className="nothing">No alerts</div>;
  return (
    <ul className="alerts">
      {alerts.map((labels) => (
        <li key={JSON.stringify(labels)}>
          <strong>{labels['alertname']}</strong>{' '}
          {['cluster', 'namespace', 'job', 'gen_ai_request_model']
            .map((label) => labels[label])
            .filter(Boolean)
            .join(' · ')}
        </li>
      ))}
    </ul>
  );
}

function Graph({ panel, frames, regions, context, theme, width, height }: VizProps) {
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={rangeOf(context)}
      timeZone="utc"
      legend={panel.options.legend}
    >
      {(builder) => {
        builder.addHook('drawClear', (plot) => {
          for (const { from, to } of regions) {
            const [left, right] = [from, to].map((time) => plot.valToPos(time, 'x', true)) as [
              number,
              number,
            ];
            const { left: start, width: room, top, height: tall } = plot.bbox;
            const begin = Math.max(start, left);
            const end = Math.min(start + room, right);
            if (end <= begin) continue;
            plot.ctx.fillStyle = theme.isDark ? 'rgba(242, 73, 92, 0.10)' : 'rgba(224, 47, 68, 0.09)';
            plot.ctx.fillRect(begin, top, end - begin, tall);
            plot.ctx.fillStyle = theme.visualization.getColorByName('red');
            plot.ctx.fillRect(begin, top + tall - 3, end - begin, 3);
          }
        });
        return null;
      }}
    </TimeSeries>
  );
}

/** The last value of each series. Without any, what Grafana makes of no value. */
function lastValues({ panel, frames, theme }: VizProps): DisplayValue[] {
  const values = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === FieldType.number)
      .map(
        (field) =>
          ({
            ...field.display?.(field.values.at(-1)),
            title: getFieldDisplayName(field, frame, frames),
          }) as DisplayValue,
      ),
  );
  if (values.length > 0) return values;
  const nothing = getDisplayProcessor({
    field: { type: FieldType.other, config: panel.fieldConfig.defaults },
    theme,
  });
  return [{ ...nothing(null), title: '' }];
}

function Stat(props: VizProps) {
  const { panel, theme, width, height } = props;
  const { colorMode, graphMode, justifyMode, textMode, wideLayout, text, orientation } = panel.options;
  const values = lastValues(props);
  return (
    <VizRepeater
      source={values}
      getValues={() => values}
      renderValue={({ value, width, height, count, alignmentFactors }) => (
        <BigValue
          value={value}
          width={width}
          height={height}
          count={count}
          alignmentFactors={alignmentFactors}
          theme={theme}
          text={text}
          colorMode={colorMode}
          graphMode={graphMode}
          justifyMode={justifyMode}
          textMode={textMode}
          wideLayout={wideLayout}
        />
      )}
      getAlignmentFactors={alignment}
      renderCounter={0}
      width={width}
      height={height}
      orientation={orientation ?? VizOrientation.Auto}
    />
  );
}

function Bars(props: VizProps) {
  const { panel, theme, width, height } = props;
  const { displayMode, showUnfilled, text, minVizHeight, maxVizHeight, namePlacement } = panel.options;
  const values = lastValues(props);
  const largest = Math.max(...values.map(({ numeric }) => numeric));
  return (
    <VizRepeater
      source={values}
      getValues={() => values}
      renderValue={({ value, width, height, alignmentFactors }) => (
        <BarGauge
          value={value}
          field={{ min: 0, max: largest, ...panel.fieldConfig.defaults }}
          width={width}
          height={height}
          alignmentFactors={alignmentFactors}
          orientation={VizOrientation.Horizontal}
          displayMode={displayMode}
          namePlacement={namePlacement}
          showUnfilled={showUnfilled}
          text={text}
          theme={theme}
        />
      )}
      getAlignmentFactors={alignment}
      renderCounter={0}
      width={width}
      height={height}
      itemSpacing={10}
      minVizHeight={minVizHeight}
      maxVizHeight={maxVizHeight}
      orientation={VizOrientation.Horizontal}
    />
  );
}

function Table({ panel, frames, width, height }: VizProps) {
  const frame = frames[0];
  if (!frame) return null;
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      sortBy={panel.options.sortBy}
      cellHeight={panel.options.cellHeight}
      structureRev={1}
      enableVirtualization={false}
    />
  );
}

/** The longest title and text, so that all values get one size. */
function alignment(values: DisplayValue[]) {
  const longest = (texts: string[]) =>
    texts.reduce((longer, text) => (text.length > longer.length ? text : longer), '');
  return {
    title: longest(values.map(({ title = '' }) => title)),
    text: longest(values.map(({ text }) => text)),
    prefix: longest(values.map(({ prefix = '' }) => prefix)),
    suffix: longest(values.map(({ suffix = '' }) => suffix)),
  };
}

function rangeOf({ from, to }: QueryContext): TimeRange {
  const [start, end] = [dateTime(from), dateTime(to)];
  return { from: start, to: end, raw: { from: start, to: end } };
}
