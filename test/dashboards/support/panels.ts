/** The dashboards, and their panels in one list. */
import { dashboards } from '../../../src/mixin/dashboards/build.ts';

/** A query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly format: string;
  readonly exemplar?: boolean;
  readonly datasource: { readonly type: string; readonly uid: string };
}

/** A panel, as the JSON has it. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly datasource?: { readonly type: string; readonly uid: string };
  /** Of a row that is closed. */
  readonly panels?: readonly PanelJson[];
  readonly maxDataPoints?: number;
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly thresholds?: {
        readonly steps: readonly { readonly value: number | null; readonly color: string }[];
      };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: { readonly legend?: { readonly showLegend?: boolean; readonly show?: boolean } };
  readonly links?: readonly { readonly url: string }[];
}

/** A dashboard, as the JSON has it. */
export interface DashboardJson {
  readonly id: null;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly panels: readonly PanelJson[];
  readonly links: readonly { readonly url?: string; readonly type: string }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly label?: string;
      readonly type: string;
      readonly refresh?: number;
      readonly multi?: boolean;
      readonly allValue?: string;
      readonly query: unknown;
      readonly current?: { readonly value?: unknown };
    }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** Every dashboard, by its path. */
export const DASHBOARDS: readonly { readonly path: string; readonly json: DashboardJson }[] =
  dashboards().map(({ path, content }) => ({ path, json: JSON.parse(content) }));

/** A panel that queries Prometheus, with its dashboard. */
export interface QueryPanel {
  readonly name: string;
  readonly uid: string;
  readonly panel: PanelJson;
  readonly targets: readonly Target[];
}

/** Every panel of a dashboard, those of closed rows too. */
export function panelsOf({ panels }: DashboardJson): PanelJson[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

/** Every panel that queries Prometheus. */
export const PANELS: readonly QueryPanel[] = DASHBOARDS.flatMap(({ json }) =>
  panelsOf(json).flatMap((panel) =>
    panel.targets?.length && panel.datasource?.type === 'prometheus'
      ? [{ name: `${json.uid}: ${panel.title}`, uid: json.uid, panel, targets: panel.targets }]
      : [],
  ),
);

/** The values of all variables where nothing is chosen, as Grafana fills them in. */
export const VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(
  DASHBOARDS.flatMap(({ json }) =>
    json.templating.list.map(({ name, type, allValue, current }) => [
      name,
      allValue ?? (type === 'textbox' ? String(current?.value ?? '') : ''),
    ]),
  ),
);
