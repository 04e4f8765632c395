/** A dashboard as a page: `/?uid=anthropic-triage&theme=dark`. The title is `ready` when all is drawn. */
import { createTheme, type DataFrame, EventBusSrv, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { initializeI18n } from '@grafana/i18n/dist/esm/i18n.mjs';
import { GlobalStyles, PanelChrome, PanelContextProvider } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { interpolate, type QueryContext } from '../../../../dev/interpolate.ts';
import { loadFrames, type Panel, query } from './frames.ts';
import { Viz } from './viz.tsx';
import type { Region } from './viz-props.ts';

const GRID_ROW = 30;
const GAP = 8;
/** About the width of a grid column of Grafana on a screen of 1,600 pixels; whole, so that edges are sharp. */
const COLUMN = 65;

interface Dashboard {
  readonly title: string;
  readonly description: string;
  readonly time: { readonly from: string };
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly allValue?: string;
      readonly current?: { readonly value?: string };
    }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly links: readonly { readonly title: string }[];
}

interface Settings {
  /** Unix milliseconds; absent for now. */
  readonly now?: number;
  /** `now-15m` or a date; absent for the dashboard's own. */
  readonly from?: string;
  readonly scrapeInterval: number;
  /** Whether collapsed rows are drawn open. */
  readonly openRows?: boolean;
  /** Values of variables, other than those that a dashboard has. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly titles: Readonly<Record<string, string>>;
}

/** What the components of Grafana expect around them. */
const CONTEXT = { eventsScope: 'preview', eventBus: new EventBusSrv() };

let drawing = 0;
const done = (): void => {
  if (--drawing > 0) return;
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (document.title !== 'failed') document.title = 'ready';
    }, 400),
  );
};
/** Shows what went wrong, on the page and in its title. */
const fail = (problem: unknown): void => {
  document.title = 'failed';
  document.body.textContent = problem instanceof Error ? (problem.stack ?? String(problem)) : String(problem);
};

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The begin of a time range that ends at `to`, from `now-15m` or a date. */
function startOf(from: string, to: number): number {
  const [, count, unit] = /^now-(\d+)([smhd])$/.exec(from) ?? [];
  return count ? to - Number(count) * UNITS[unit as keyof typeof UNITS] : Date.parse(from);
}

/** All of each filter, and the values that the dashboard has. */
function variablesOf({ templating }: Dashboard): Record<string, string> {
  return Object.fromEntries(
    templating.list.map(({ name, allValue, type, current }) => [
      name,
      allValue ?? (type === 'textbox' ? (current?.value ?? '') : ''),
    ]),
  );
}

function contextOf(dashboard: Dashboard, settings: Settings, maxDataPoints: number): QueryContext {
  const to = settings.now ?? Math.floor(Date.now() / 1000) * 1000;
  return {
    from: startOf(settings.from ?? dashboard.time.from, to),
    to,
    maxDataPoints,
    scrapeInterval: settings.scrapeInterval,
    variables: { ...variablesOf(dashboard), ...settings.variables },
  };
}

/** The panels with every row open: what follows a row moves down by the height of its panels. */
function openRows(panels: readonly Panel[]): Panel[] {
  let moved = 0;
  return panels.flatMap((panel) => {
    const down = (one: Panel): Panel => ({ ...one, gridPos: { ...one.gridPos, y: one.gridPos.y + moved } });
    const shown = [panel, ...(panel.panels ?? [])].map(down);
    if (panel.collapsed)
      moved += Math.max(...shown.map(({ gridPos }) => gridPos.y + gridPos.h)) - (panel.gridPos.y + moved + 1);
    return shown;
  });
}

/** Whether the screen is so narrow that Grafana puts all panels below each other. */
const narrow = window.innerWidth < 768;

/** Where a panel stands: `x` and `w` in pixels, `y` and `h` in rows of the grid. */
function place(panel: Panel, { panels }: Dashboard): { x: number; y: number; w: number; h: number } {
  const { x, y, w, h } = panel.gridPos;
  if (!narrow) return { x: x * COLUMN, y, w: w * COLUMN, h };
  const before = panels.slice(0, panels.indexOf(panel));
  return { x: 0, y: before.reduce((sum, { gridPos }) => sum + gridPos.h, 0), w: window.innerWidth - 8, h };
}

function heightOf(dashboard: Dashboard): number {
  return Math.max(...dashboard.panels.map((panel) => place(panel, dashboard).y + panel.gridPos.h));
}

function PanelView({
  panel,
  dashboard,
  settings,
  theme,
  regions,
}: {
  panel: Panel;
  dashboard: Dashboard;
  settings: Settings;
  theme: GrafanaTheme2;
  regions: readonly Region[];
}) {
  const [frames, setFrames] = useState<DataFrame[]>();
  const [error, setError] = useState<string>();
  const { x, y, w, h } = place(panel, dashboard);
  const width = w - GAP;
  const height = h * (GRID_ROW + GAP) - GAP;
  const context = contextOf(
    dashboard,
    settings,
    Math.min(panel.maxDataPoints ?? Infinity, Math.round(width)),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page shows one moment and never changes
  useEffect(() => {
    drawing++;
    loadFrames(panel, context, theme)
      .then(setFrames, (problem) => setError(String(problem)))
      .finally(done);
  }, []);
  const style = { position: 'absolute', left: x, top: y * (GRID_ROW + GAP), width, height } as const;
  if (panel.type === 'row')
    return <h2 style={{ ...style, margin: 0, fontSize: 18, lineHeight: `${GRID_ROW}px` }}>{panel.title}</h2>;
  return (
    <div style={style}>
      <PanelChrome
        title={interpolate(panel.title, context)}
        description={panel.description}
        width={width}
        height={height}
        statusMessage={error}
      >
        {(innerWidth, innerHeight) =>
          error ? (
            <pre>{error}</pre>
          ) : (
            frames && (
              <Viz
                panel={panel}
                frames={frames}
                regions={regions}
                context={context}
                theme={theme}
                width={innerWidth}
                height={innerHeight}
              />
            )
          )
        }
      </PanelChrome>
    </div>
  );
}

function Page({
  dashboard,
  settings,
  theme,
  regions,
  uid,
}: {
  dashboard: Dashboard;
  settings: Settings;
  theme: GrafanaTheme2;
  regions: readonly Region[];
  uid: string;
}) {
  const height = heightOf(dashboard) * (GRID_ROW + GAP);
  const dark = theme.isDark ? 'dark' : 'light';
  return (
    <ThemeContext.Provider value={theme}>
      <PanelContextProvider value={CONTEXT}>
        <header>
          <strong>{dashboard.title}</strong>
          <nav>
            {Object.entries(settings.titles).map(([each, title]) => (
              <a key={each} href={`/?uid=${each}&theme=${dark}`} aria-current={each === uid}>
                {title}
              </a>
            ))}
          </nav>
        </header>
        <main style={{ position: 'relative', height }}>
          {dashboard.panels.map((panel) => (
            <PanelView key={panel.id} {...{ panel, dashboard, settings, theme, regions }} />
          ))}
        </main>
      </PanelContextProvider>
    </ThemeContext.Provider>
  );
}

/** When any alert fired, as stretches that do not overlap. */
async function alertRegions(dashboard: Dashboard, context: QueryContext): Promise<Region[]> {
  const alerts = dashboard.annotations.list.filter(({ expr }) => expr.includes('ALERTS'));
  const found = await Promise.all(alerts.map(({ expr }) => query(expr, context, false)));
  const stretches = found.flat().flatMap(({ values = [] }) => {
    const [first, last] = [values[0], values.at(-1)];
    return first && last ? [{ from: first[0] * 1000, to: last[0] * 1000 }] : [];
  });
  const merged: { from: number; to: number }[] = [];
  for (const stretch of stretches.sort((a, b) => a.from - b.from)) {
    const before = merged.at(-1);
    if (before && stretch.from <= before.to) before.to = Math.max(before.to, stretch.to);
    else merged.push({ ...stretch });
  }
  return merged;
}

/** The styles of Grafana, and its font: what is drawn before that is there is measured with another one. */
async function loadStyles(theme: GrafanaTheme2): Promise<void> {
  const place = document.body.appendChild(document.createElement('div'));
  createRoot(place).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
    </ThemeContext.Provider>,
  );
  for (const font of ['400 14px Inter', '500 14px Inter']) {
    while ((await document.fonts.load(font)).length === 0) await new Promise(requestAnimationFrame);
  }
}

async function start(): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const uid = parameters.get('uid') ?? 'anthropic-triage';
  const settings: Settings = await (await fetch('/settings')).json();
  // "10 minutes ago" is as of the moment of the data.
  if (settings.now !== undefined) Date.now = () => settings.now as number;
  await initializeI18n({ language: 'en-US', ns: [] } as never);
  const theme = createTheme({ colors: { mode: parameters.get('theme') === 'light' ? 'light' : 'dark' } });
  document.body.style.background = theme.colors.background.canvas;
  document.body.style.color = theme.colors.text.primary;
  await loadStyles(theme);
  const file: Dashboard = await (await fetch(`/dashboards/${uid}.json`)).json();
  const dashboard = settings.openRows ? { ...file, panels: openRows(file.panels) } : file;
  const regions = await alertRegions(dashboard, contextOf(dashboard, settings, 240));
  createRoot(document.getElementById('root') as HTMLElement, { onUncaughtError: fail }).render(
    <Page {...{ dashboard, settings, theme, regions, uid }} />,
  );
}

start().catch(fail);
