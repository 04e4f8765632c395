/** What the pictures of panels are drawn with. */
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import type { QueryContext } from '../../../../dev/interpolate.ts';
import type { Panel } from './frames.ts';

/** A time in which alerts fired, in Unix milliseconds. */
export interface Region {
  readonly from: number;
  readonly to: number;
}

/** What a panel is drawn with. */
export interface VizProps {
  readonly panel: Panel;
  readonly frames: DataFrame[];
  readonly regions: readonly Region[];
  readonly context: QueryContext;
  readonly theme: GrafanaTheme2;
  readonly width: number;
  readonly height: number;
}
