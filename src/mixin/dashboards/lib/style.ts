/** The shared style of the panels: colors with a meaning, and texts for no data. */

/** A Grafana variable in its long form. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** The data source of all panels. The variable works for imported and for provisioned dashboards. */
export const DATASOURCE: { readonly type: string; readonly uid: string } = {
  type: 'prometheus',
  uid: variable('datasource'),
};

/** The tag that links the dashboards to each other. */
export const TAG = 'anthropic-otel';

/** Anthropic's status page for its API. */
export const STATUS_PAGE = 'https://status.claude.com';

/** The text that a panel shows if its query has no series. */
export const NO_DATA = {
  /** For a count of events that have not happened. */
  zero: '0',
  /** For a ratio or latency without calls to measure. */
  traffic: 'No traffic',
  failures: 'No failures',
  telemetry: 'No telemetry',
  rules: 'Rules not loaded',
} as const;

/** The unit for unabbreviated dollars, to compare with a bill. */
export const MONEY = 'currency:financial:$';

/** A value at which a color starts. The first step has none. */
export interface Step {
  readonly from: number | null;
  readonly color: string;
}

/** The colors for good, bad and in between, which are distinguishable with every kind of color vision. */
export const GOOD = '#45b8ac';
export const WARN = '#f39c12';
export const BAD = '#c0392b';
const GREY = '#626b75';

/** Good below `limit`, and bad from there on. */
export function above(limit: number, color = BAD): readonly Step[] {
  return [
    { from: null, color: GOOD },
    { from: limit, color },
  ];
}

/** Bad below `limit`, and good from there on. */
export function below(limit: number, color = BAD): readonly Step[] {
  return [
    { from: null, color },
    { from: limit, color: GOOD },
  ];
}

/** A line at `limit`, for graphs. */
export function line(limit: number): readonly Step[] {
  return [
    { from: null, color: 'transparent' },
    { from: limit, color: BAD },
  ];
}

/** One color, for numbers that are neither good nor bad. */
export const NEUTRAL: readonly Step[] = [{ from: null, color: 'text' }];

/** The color of each fault, that is, who has to act. It is the same on all dashboards. A test measures how different the colors are. */
export const FAULT_COLORS = {
  none: GOOD,
  config: '#b07cd8',
  traffic: WARN,
  input: '#f4dc6b',
  network: '#2e6fd9',
  anthropic: BAD,
  application: GREY,
} as const;

/** Colors by model: a hue per class of models, and a shade per version. The last matching pattern applies. */
export const MODEL_COLORS: Readonly<Record<string, string>> = {
  '/opus/': '#163f7d',
  '/opus-5/': '#8ab4f8',
  '/opus-5-5/': '#2e6fd9',
  '/sonnet/': '#a04000',
  '/sonnet-5/': '#f8c471',
  '/sonnet-5-5/': '#f39c12',
  '/haiku/': '#0b6b5d',
  '/haiku-5/': '#5fd3b5',
  '/fable/': '#d2b4de',
  '/fable-5-1/': '#7d2ea8',
  '/mythos/': '#c2185b',
  '/mythos-5-1/': '#e8468c',
};

/** Colors by label value. A value has the same color on every dashboard. An error has a shade of its fault's color. */
export const COLORS: Readonly<Record<string, string>> = {
  ...FAULT_COLORS,

  ok: GOOD,
  error: BAD,
  canceled: GREY,
  retried: WARN,
  final: BAD,
  threshold: BAD,

  rate_limit_error: WARN,
  overloaded_error: BAD,
  api_error: '#7b241c',
  timeout_error: '#e57368',
  connection_error: '#2e6fd9',
  client_timeout_error: '#8ab4f8',
  client_error: GREY,
  authentication_error: '#b07cd8',
  permission_error: '#8e44ad',
  billing_error: '#5b2c6f',
  not_found_error: '#d2b4de',
  invalid_request_error: '#f4dc6b',
  request_too_large: '#b7950b',
  conflict_error: '#fae7a0',

  input: '#f4dc6b',
  output: '#2e6fd9',
  cache_read: GOOD,
  cache_write_5m: '#f8c471',
  cache_write_1h: '#ca6f1e',
  web_search: '#b07cd8',
  'cache read': GOOD,
  'cache write': '#f8c471',
  thinking: '#b07cd8',
  'input, cache reads apart': '#f4dc6b',
  'limit: input': '#b7950b',
  'limit: output': '#1b4f9c',

  'saved by reading': GOOD,
  'extra for writing': WARN,

  options: '#b07cd8',
  call: BAD,
  attempt: WARN,
  metrics: '#2e6fd9',
  spans: '#8ab4f8',
  logs: '#f4dc6b',
  export: '#7b241c',
  hooks: '#8e44ad',

  first_byte: WARN,
  streaming: '#2e6fd9',
  retry_wait: '#b07cd8',

  '200': GOOD,
  '400': '#f4dc6b',
  '401': '#b07cd8',
  '402': '#5b2c6f',
  '403': '#8e44ad',
  '404': '#d2b4de',
  '413': '#b7950b',
  '429': WARN,
  '500': '#7b241c',
  '503': '#a93226',
  '504': '#e57368',
  '529': BAD,
  'no response': '#2e6fd9',

  '429 rate limit': WARN,
  '529 overloaded': BAD,
  '5xx server error': '#7b241c',
  timeout: '#8ab4f8',
  connection: '#2e6fd9',
};
