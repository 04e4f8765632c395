/** The shared style of the panels: colors with a meaning, and texts for no data. */
import type { DecisionName } from '../../../model/decision.ts';
import type { AlertConfig } from '../../config.ts';

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
/** The unit for dollars that may be negative: `-$12.50`, where {@link MONEY} would show `$-12.50`. */
export const BALANCE = 'currencyUSD';

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
/** A color without a meaning, for a single line. The first color of Grafana's palette is a green, which would look like good. */
export const PLAIN = '#5794f2';

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

/** Good while the objective holds, and bad where the alert on the error rate fires. */
export function errorRateSteps({ errorBudget, errorRate }: AlertConfig): readonly Step[] {
  return [
    { from: null, color: GOOD },
    { from: Number((1 - errorBudget.objective).toFixed(6)), color: WARN },
    { from: errorRate.ratio, color: BAD },
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
  '/opus/': '#8296b0',
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

/** The color of each decision of the policies: a hue for each policy. */
export const DECISION_COLORS: Readonly<Record<DecisionName, string>> = {
  retry: WARN,
  retries_exhausted: BAD,
  retry_budget_empty: '#e57368',
  retry_after_too_long: '#d98880',
  deadline_exceeded: '#a93226',
  second_retry_owner: '#e8468c',

  key_blocked: '#8e44ad',
  key_rejected: '#b07cd8',
  key_probe: '#d2b4de',
  key_accepted: GOOD,
  too_large: '#b7950b',

  throttled: '#f4dc6b',
  queued: '#fae7a0',
  queue_full: '#a04000',
  queue_timeout: '#ca6f1e',

  circuit_opened: '#c2185b',
  circuit_rejected: '#f08bb4',
  circuit_waited: '#f8c471',
  circuit_probe: GREY,
  circuit_closed: '#0b6b5d',

  fallback: '#8ab4f8',
  fallback_served: '#2e6fd9',
  fallback_rejected: '#9aa5b1',
  fallback_exhausted: '#5f7fb8',
  stale_served: '#5fd3b5',

  deferred: '#9a7bff',
  defer_sent: '#7d5ba6',
  defer_waiting: '#c9b6ff',
  defer_retry: '#f39cc2',
  dead_lettered: '#ff5f57',
};

/** Colors by label value. A value has the same color on every dashboard. An error has a shade of its fault's color. */
export const COLORS: Readonly<Record<string, string>> = {
  ...FAULT_COLORS,
  ...DECISION_COLORS,

  ok: GOOD,
  error: BAD,
  canceled: GREY,
  retried: WARN,
  final: BAD,
  threshold: BAD,

  rate_limit_error: WARN,
  overloaded_error: BAD,
  api_error: '#ef8671',
  timeout_error: '#f4c4b8',
  connection_error: '#2e6fd9',
  client_timeout_error: '#8ab4f8',
  client_error: GREY,
  authentication_error: '#b07cd8',
  permission_error: '#8e44ad',
  billing_error: '#c2569a',
  not_found_error: '#d2b4de',
  invalid_request_error: '#f4dc6b',
  request_too_large: '#b7950b',
  conflict_error: '#fae7a0',

  input: '#f4dc6b',
  output: '#2e6fd9',
  cache_read: GOOD,
  cache_write_5m: '#ca6f1e',
  cache_write_1h: '#9c5a2d',
  web_search: '#b07cd8',
  'cache read': GOOD,
  'cache write': '#ca6f1e',
  thinking: '#b07cd8',
  'input without cache reads': '#f4dc6b',
  'limit: input': '#b7950b',
  'limit: output': '#5f8fe0',

  'saved by reading': GOOD,
  'paid extra for writing': WARN,

  end_turn: GOOD,
  stop_sequence: '#0b6b5d',
  tool_use: '#8ab4f8',
  pause_turn: '#2e6fd9',
  compaction: '#f4dc6b',
  max_tokens: WARN,
  model_context_window_exceeded: '#a04000',
  refusal: '#b07cd8',

  api: GOOD,
  'not served': BAD,

  succeeded: GOOD,
  errored: BAD,
  expired: WARN,
  web_fetch: '#2e6fd9',
  code_execution: '#f4dc6b',

  rate_limit: WARN,
  overloaded: BAD,
  server_error: '#ef8671',
  authentication: '#b07cd8',
  permission: '#8e44ad',
  billing: '#c2569a',
  not_found: '#d2b4de',
  invalid: '#f4dc6b',
  broken_stream: '#e57368',
  other: GREY,

  '≈ p50': '#8ab4f8',
  '≈ p95': '#2e6fd9',
  '≈ p99': '#b07cd8',

  options: '#b07cd8',
  call: BAD,
  attempt: WARN,
  metrics: '#2e6fd9',
  spans: '#8ab4f8',
  logs: '#f4dc6b',
  export: '#ef8671',
  hooks: '#8e44ad',

  first_byte: WARN,
  streaming: '#2e6fd9',
  retry_wait: '#b07cd8',

  '200': GOOD,
  '400': '#f4dc6b',
  '401': '#b07cd8',
  '402': '#c2569a',
  '403': '#8e44ad',
  '404': '#d2b4de',
  '413': '#b7950b',
  '429': WARN,
  '500': '#ef8671',
  '503': '#d98880',
  '504': '#f4c4b8',
  '529': BAD,
  'no response': '#2e6fd9',

  '429 rate limit': WARN,
  '529 overloaded': BAD,
  '5xx server error': '#ef8671',
  timeout: '#8ab4f8',
  connection: '#2e6fd9',
};
