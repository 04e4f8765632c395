/** A heatmap on a canvas: Grafana's own is a panel plugin, which no package carries. */
import { getValueFormat } from '@grafana/data';
import { useEffect, useRef } from 'react';
import type { VizProps } from './viz-props.ts';

const LEFT = 64;
const BOTTOM = 22;

/** Buckets by `le`, each less the one below it, as colors from dark to light. */
export function HeatmapCanvas({ panel, frames, context, theme, width, height }: VizProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen) return;
    const ratio = window.devicePixelRatio;
    element.width = width * ratio;
    element.height = height * ratio;
    pen.scale(ratio, ratio);
    pen.clearRect(0, 0, width, height);
    const buckets = frames
      .map((frame) => {
        const [time, value] = frame.fields;
        const values = new Map(
          time?.values.map((at: number, index: number) => [at, value?.values[index] as number]),
        );
        return { le: Number(value?.labels?.['le']?.replace('+Inf', 'Infinity')), values };
      })
      .sort((a, b) => a.le - b.le);
    const times = [...new Set(buckets.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
    const counts = buckets.map(({ values }, index) =>
      times.map((at) => Math.max(0, (values.get(at) ?? 0) - (buckets[index - 1]?.values.get(at) ?? 0))),
    );
    const most = Math.max(...counts.flat());
    // Rows that are always empty are left out at both ends.
    const used = counts.map((row) => row.some((count) => count > most / 500));
    const [low, high] = [used.indexOf(true), used.lastIndexOf(true)];
    const rows = high - low + 1;
    const tall = (height - BOTTOM) / rows;
    const step = times.length > 1 ? (times[1] as number) - (times[0] as number) : 60_000;
    const x = (at: number) => LEFT + ((at - context.from) / (context.to - context.from)) * (width - LEFT - 8);
    const format = getValueFormat(panel.fieldConfig.defaults.unit);
    pen.font = '12px Inter, Helvetica, Arial, sans-serif';
    for (let row = low; row <= high; row++) {
      const top = (high - row) * tall;
      times.forEach((at, index) => {
        const count = counts[row]?.[index] ?? 0;
        if (count <= 0) return;
        const share = (count / most) ** 0.5;
        // From dark to light, about as the scheme Viridis.
        pen.fillStyle = `hsl(${280 - 220 * share}, 65%, ${18 + 40 * share}%)`;
        pen.fillRect(x(at - step), top, Math.max(1, x(at) - x(at - step) - 1), tall - 1);
      });
      pen.fillStyle = theme.colors.text.secondary;
      const { text, suffix = '' } = format(buckets[row]?.le ?? 0);
      if (rows < 12 || row % 2 === 0)
        pen.fillText(Number.isFinite(buckets[row]?.le) ? `${text}${suffix}` : '+Inf', 4, top + 10);
    }
    pen.fillStyle = theme.colors.text.secondary;
    const every = (context.to - context.from) / 6;
    for (
      let at = Math.ceil(context.from / 600_000) * 600_000;
      at < context.to;
      at += Math.round(every / 600_000) * 600_000 || 600_000
    ) {
      pen.fillText(new Date(at).toISOString().slice(11, 16), x(at) - 14, height - 6);
    }
  }, [frames, context, theme, width, height, panel]);
  return <canvas ref={canvas} style={{ width, height }} />;
}
