/** What the panels share in looks and words: colours with a meaning, texts for no data, links. */
import { DEFAULT_CONFIG } from '../alerts/config.ts';

/** A variable of Grafana's, in the long notation. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** Where the panels of all dashboards read. The variable works for imported and for provisioned dashboards. */
export const DATASOURCE: { readonly type: string; readonly uid: string } = {
  type: 'prometheus',
  uid: variable('datasource'),
};

/** The tag by which the dashboards find each other. */
export const TAG = 'anthropic-otel';

/** Where Anthropic says how its API is doing. */
export const STATUS_PAGE = 'https://status.claude.com';

/** What a panel shows when its query has no series. */
export const NO_DATA = {
  /** A count of something that has not happened. */
  zero: '0',
  /** A ratio or a latency without calls to speak of. */
  traffic: 'No traffic',
  failures: 'No failures',
  telemetry: 'No telemetry',
  rules: 'Rules not loaded',
} as const;

/** A value at which a colour begins; the first one has none. */
export interface Step {
  readonly from: number | null;
  readonly color: string;
}

/** Green below `limit`, red from there on. */
export function above(limit: number, color = 'red'): readonly Step[] {
  return [
    { from: null, color: 'green' },
    { from: limit, color },
  ];
}

/** Red below `limit`, green from there on. */
export function below(limit: number, color = 'red'): readonly Step[] {
  return [
    { from: null, color },
    { from: limit, color: 'green' },
  ];
}

/** A red line at `limit`, for graphs. */
export function line(limit: number): readonly Step[] {
  return [
    { from: null, color: 'transparent' },
    { from: limit, color: 'red' },
  ];
}

/** One colour, for numbers that are neither good nor bad. */
export const NEUTRAL: readonly Step[] = [{ from: null, color: 'blue' }];

/** Colours by the value of a label: the same word has the same colour on every dashboard. */
export const COLORS: Readonly<Record<string, string>> = {
  nobody: 'green',
  config: 'purple',
  traffic: 'orange',
  input: 'semi-dark-yellow',
  network: 'blue',
  anthropic: 'red',
  application: '#8f8f8f',

  ok: 'green',
  error: 'red',
  canceled: '#8f8f8f',
  retried: 'semi-dark-yellow',
  final: 'red',

  rate_limit_error: 'orange',
  overloaded_error: 'red',
  api_error: 'dark-red',
  timeout_error: 'light-red',
  connection_error: 'blue',
  client_timeout_error: 'light-blue',
  client_error: '#8f8f8f',
  authentication_error: 'purple',
  permission_error: 'light-purple',
  billing_error: 'dark-purple',
  not_found_error: 'super-light-purple',
  invalid_request_error: 'yellow',
  request_too_large: 'dark-yellow',
  conflict_error: 'light-yellow',

  output: 'blue',
  cache_read: 'green',
  cache_write_5m: 'light-orange',
  cache_write_1h: 'dark-orange',
  web_search: 'purple',
  'cache read': 'green',
  'cache write': 'light-orange',
  thinking: 'purple',
  'input, cache reads apart': 'yellow',
  'limit: input': 'dark-yellow',
  'limit: output': 'dark-blue',

  'saved by reading': 'green',
  'extra for writing': 'orange',

  options: 'purple',
  call: 'red',
  attempt: 'orange',
  metrics: 'blue',
  spans: 'light-blue',
  logs: 'yellow',
  export: 'dark-red',
  hooks: 'light-purple',

  '200': 'green',
  '400': 'yellow',
  '401': 'purple',
  '402': 'dark-purple',
  '403': 'light-purple',
  '404': 'super-light-purple',
  '413': 'dark-yellow',
  '429': 'orange',
  '500': 'dark-red',
  '503': 'semi-dark-red',
  '504': 'light-red',
  '529': 'red',
  'no answer': 'blue',

  '429 rate limit': 'orange',
  '529 overloaded': 'red',
  '5xx server error': 'dark-red',
  timeout: 'light-blue',
  connection: 'blue',
};

/** A link of a panel. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

/** All runbooks, for a panel that belongs to no alert. */
export const RUNBOOKS: Link = { title: 'Runbooks', url: `${DEFAULT_CONFIG.runbookUrl}/README.md` };

/** The runbook of an alert. */
export function runbook(alert: string): Link {
  return { title: `Runbook: ${alert}`, url: `${DEFAULT_CONFIG.runbookUrl}/${alert}.md` };
}

/**
 * A link into Explore with a query on a data source that a hidden variable names. Where there is no such data
 * source the variable is empty, and Explore opens with the default one.
 *
 * @param datasource - `logs` or `traces`
 */
export function explore(title: string, datasource: 'logs' | 'traces', query: object): Link {
  const panes = {
    a: {
      datasource: variable(datasource),
      queries: [{ refId: 'A', ...query }],
      range: { from: variable('__from'), to: variable('__to') },
    },
  };
  // Grafana fills in variables; everything else must be escaped already.
  const escaped = encodeURIComponent(JSON.stringify(panes)).replace(/%24%7B([\w.]+)%7D/g, (_, name: string) =>
    variable(name),
  );
  return { title, url: `/explore?schemaVersion=1&orgId=1&panes=${escaped}` };
}
