/** Assembles a dashboard: variables, links, annotations, and the position of each panel. */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardUid } from '../../alerts/rule.ts';
import { runbook } from './links.ts';
import type { SizedPanel } from './options.ts';
import type { Queries } from './queries.ts';
import { firing, serviceOrNone } from './signals.ts';
import { BAD, DATASOURCE, STATUS_PAGE, TAG } from './style.ts';
import { type Setting, variables } from './variables.ts';

/** A heading and the panels below it, in lines of 24 columns. */
export interface Section {
  /** Absent for the first section, which starts at the top. */
  readonly title?: string;
  readonly lines: readonly (readonly SizedPanel[])[];
  /** Collapsed until someone opens it. Until then, its panels send no queries. */
  readonly collapsed?: boolean;
}

/** The parts of a dashboard. */
export interface DashboardOptions {
  readonly uid: DashboardUid;
  readonly title: string;
  readonly description: string;
  /** Start of the time range: `now-1h`. */
  readonly from: string;
  readonly refresh: string;
  readonly settings?: readonly Setting[];
  readonly sections: readonly Section[];
}

/** A dashboard in Grafana's classic format, which every Grafana version from 10 on can import and provision. */
export function dashboard(q: Queries, options: DashboardOptions): object {
  const { uid, title, description, from, refresh, sections, settings = [] } = options;
  const builder = new DashboardBuilder(title)
    .id(null)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .variables(variables(q, settings))
    .links([dashboards(), link('API status', STATUS_PAGE), link('Runbooks', runbook(q.config).url)]);
  for (const each of annotations(q)) builder.annotation(each);
  return classic({ ...builder.build(), panels: layOut(sections) }) as object;
}

/** Sets the id and position of every panel. */
function layOut(sections: readonly Section[]): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let id = 0;
  let y = 0;
  for (const { title, lines, collapsed = false } of sections) {
    const placed: Panel[] = [];
    const row =
      title === undefined
        ? undefined
        : new RowBuilder(title).id(++id).gridPos({ x: 0, y: y++, w: 24, h: 1 }).collapsed(collapsed);
    let below = y;
    for (const line of lines) {
      let x = 0;
      for (const { builder, width: w, height: h } of line) {
        placed.push(builder.id(++id).gridPos({ x, y: below, w, h }).build());
        x += w;
      }
      below += Math.max(...line.map(({ height }) => height));
    }
    // Panels in a collapsed row take no space.
    if (!collapsed) y = below;
    if (row) panels.push({ ...row.build(), panels: collapsed ? placed : [] });
    if (!collapsed) panels.push(...placed);
  }
  return panels;
}

/** The annotations of every graph: firing alerts and process starts. */
function annotations(q: Queries): AnnotationQueryBuilder[] {
  const { service } = q;
  const names = service.map((label) => `{{${label}}}`).join(' ');
  const annotation = (name: string, color: string, expr: string, title: string, text: string) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(DATASOURCE)
      .enable(true)
      .iconColor(color)
      .expr(expr)
      .titleFormat(title)
      .textFormat(text);
  return [
    annotation(
      'Alerts',
      BAD,
      firing('alertname=~"Anthropic.+", alertname!="AnthropicWatchdog"', serviceOrNone(q)),
      '{{alertname}}',
      `${names} {{gen_ai_request_model}}`,
    ),
    annotation(
      'Process starts',
      '#2e6fd9',
      `count by (${service.join(', ')}) (time() - ${q.metric('startTime')} < 60)`,
      'Deploy or restart',
      names,
    ),
  ];
}

function dashboards(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Claude')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true);
}

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .icon('external link')
    .url(url)
    .targetBlank(true);
}

/** Fields that the builders write but the schema of Grafana 13 does not have: options of other variables, and of tables before Grafana 12. */
const UNKNOWN = ['auto', 'auto_min', 'auto_count', 'footer'];

/** Removes fields that the builders write but some Grafana version from 10 on does not know, or interprets as "hidden in a menu". */
function classic(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(classic);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !UNKNOWN.includes(key) && (key !== 'placement' || item !== 'inControlsMenu'))
      .map(([key, item]) => [key, classic(item)]),
  );
}
