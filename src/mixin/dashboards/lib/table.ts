/** Tables of totals, with one column per label and one per query. */
import {
  TableCellDisplayMode,
  TableCellHeight,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { indent } from '../../alerts/promql.ts';
import type { DashboardUid } from '../../alerts/rule.ts';
import type { Link } from './links.ts';
import { common, type PanelOptions, type Query, type SizedPanel } from './options.ts';
import type { Queries } from './queries.ts';
import { COLORS, GOOD, type Step, variable } from './style.ts';

/** A column that shows a label. */
export interface LabelColumn {
  readonly label: string;
  readonly title: string;
  readonly width?: number;
  /** Colors the cells of values that have a color, except the color of good, because pale text is not readable in every theme. */
  readonly colored?: boolean;
  readonly links?: readonly Link[];
  /** Places the column to the right of the values, because a phone need not show it first. */
  readonly last?: boolean;
  /** Breaks long values, so that a narrow screen shows them whole. */
  readonly wrapped?: boolean;
  /** Hides the column, which only links read. */
  readonly hidden?: boolean;
}

/** A column that shows the values of a query. */
export interface ValueColumn {
  readonly title: string;
  readonly expr: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  /** Colors the cell, except with the color of good. */
  readonly thresholds?: readonly Step[];
}

/** Options of {@link table}. */
export interface TableOptions extends Omit<PanelOptions, 'queries' | 'unit'> {
  readonly labels: readonly LabelColumn[];
  readonly values: readonly ValueColumn[];
  /** The columns to sort by, in descending order. @default the first value */
  readonly sortBy?: readonly string[];
}

/** A table with one row per set of labels. If a query lacks a row, the cell is empty. */
export function table(options: TableOptions): SizedPanel {
  const { labels, values, sortBy = [values[0]?.title ?? ''], ...rest } = options;
  const queries: Query[] = values.map(({ expr }) => ({ expr, format: 'table', instant: true }));
  const builder = common(new Table(), { ...rest, unit: 'short', queries })
    .cellHeight(TableCellHeight.Sm)
    .sortBy(sortBy.map((title) => new TableSortByFieldStateBuilder().displayName(title).desc(true)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: organize(labels, values) });
  for (const column of labels) builder.overrideByName(column.title, labelProperties(column));
  for (const column of values) builder.overrideByName(column.title, valueProperties(column));
  return { builder, width: options.width ?? 12, height: options.height ?? 8 };
}

/** Sets names and order of the columns. Prometheus names the values of query A `Value`, or `Value #A` if there are several queries. */
function organize(labels: readonly LabelColumn[], values: readonly ValueColumn[]): object {
  const field = (index: number) =>
    values.length === 1 ? 'Value' : `Value #${String.fromCharCode(65 + index)}`;
  const named = (last: boolean) =>
    labels
      .filter((column) => (column.last ?? false) === last)
      .map(({ label, title }) => [label, title] as const);
  const columns = [
    ...named(false),
    ...values.map(({ title }, index) => [field(index), title] as const),
    ...named(true),
  ];
  return {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries(columns.map(([name], index) => [name, index])),
    renameByName: Object.fromEntries(columns),
  };
}

/** An empty cell: its value is unknown, which is not zero. The text for no data applies to the whole table. */
const EMPTY: DynamicConfigValue = { id: 'noValue', value: '–' };
const NO_MAPPING: DynamicConfigValue = { id: 'mappings', value: [] };
/** Colored text of this size would be hard to read, in one theme or the other. */
const BACKGROUND: DynamicConfigValue = {
  id: 'custom.cellOptions',
  value: { type: TableCellDisplayMode.ColorBackground, mode: 'basic' },
};

function labelProperties({ width, colored, links, wrapped, hidden }: LabelColumn): DynamicConfigValue[] {
  // The format of Grafana 13, and that of earlier versions.
  if (hidden)
    return [
      { id: 'custom.hideFrom.viz', value: true },
      { id: 'custom.hidden', value: true },
    ];
  return [
    EMPTY,
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(wrapped ? [{ id: 'custom.wrapText', value: true }] : []),
    ...(links
      ? [
          {
            id: 'links',
            value: links.map(({ title, url, newTab = false }) => ({ title, url, targetBlank: newTab })),
          },
        ]
      : []),
    ...(colored
      ? [
          BACKGROUND,
          { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
          { id: 'mappings', value: [{ type: 'value', options: colorOptions() }] },
        ]
      : [NO_MAPPING]),
  ];
}

function valueProperties({ unit, decimals, width, thresholds }: ValueColumn): DynamicConfigValue[] {
  return [
    EMPTY,
    NO_MAPPING,
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(thresholds
      ? [
          BACKGROUND,
          { id: 'color', value: { mode: 'thresholds' } },
          { id: 'thresholds', value: { mode: 'absolute', steps: thresholds.map(cellStep) } },
        ]
      : []),
  ];
}

/** What is good needs no attention. */
function cellStep({ from, color }: Step): object {
  return { value: from, color: color === GOOD ? 'transparent' : color };
}

function colorOptions(): object {
  const words = Object.entries(COLORS).filter(([, color]) => color !== GOOD);
  return Object.fromEntries(words.map(([word, color], index) => [word, { color, index }]));
}

/** The columns that identify a service: its name on the left, and its location on the right. */
export function serviceColumns({ service }: Queries): LabelColumn[] {
  return service.map((label) => ({
    label,
    title: SERVICE_TITLES[label] ?? label,
    ...(label === 'job' && { wrapped: true }),
    ...(label !== 'job' && { width: label === 'cluster' ? 80 : 95, last: true }),
  }));
}

/**
 * The columns that a link to a row's service reads: its location, or all if it has none. A link that reads a missing column does not
 * work.
 */
export function linkColumns({ service }: Queries): LabelColumn[] {
  return service
    .slice(0, -1)
    .map((label) => ({ label: LINK + label, title: LINK + label, hidden: true, last: true }));
}

/** `expression` by service, with the labels of {@link linkColumns}. */
export function linked({ service }: Queries, expression: string): string {
  return service.slice(0, -1).reduce((inner, label) => {
    const all = `label_replace(\n${indent(inner)},\n  "${LINK}${label}", "$$__all", "", ""\n)`;
    return `label_replace(\n${indent(all)},\n  "${LINK}${label}", "$1", "${label}", "(.+)"\n)`;
  }, expression);
}

/** A link to a dashboard for the row's service. */
export function ofService({ service }: Queries, uid: DashboardUid, title: string): Link {
  const name = service.at(-1) ?? '';
  const column = (label: string) => (label === name ? (SERVICE_TITLES[label] ?? label) : LINK + label);
  const ofRow = service.map((label) => `var-${label}=${variable(`__data.fields["${column(label)}"]`)}`);
  const range = variable('__url_time_range');
  return {
    title,
    url: `/d/${uid}?${[range, `var-datasource=${variable('datasource')}`, ...ofRow].join('&')}`,
  };
}

const LINK = 'link_';

/** Column titles for {@link serviceColumns}, by label. */
export const SERVICE_TITLES: Readonly<Record<string, string>> = {
  cluster: 'Cluster',
  namespace: 'Namespace',
  job: 'Service',
};
