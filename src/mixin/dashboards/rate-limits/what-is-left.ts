/** Rate limits: what is left? */
import { indent } from '../../alerts/promql.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { gauges } from '../lib/panels.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { BAD, GOOD, line, MODEL_COLORS, type Step, WARN } from '../lib/style.ts';
import { table } from '../lib/table.ts';

/** The labels that identify a limit. */
export const LIMIT: readonly string[] = [LABEL.rateLimit, LABEL.requestModel];
const NO_LIMITS = 'No limits seen';

/** Bad below the alert's threshold, and a warning below twice that. */
const leftSteps = ({ config }: Queries): readonly Step[] => [
  { from: null, color: BAD },
  { from: config.rateLimit.headroom, color: WARN },
  { from: 2 * config.rateLimit.headroom, color: GOOD },
];

/** The same for the used share. */
const usedSteps = ({ config }: Queries): readonly Step[] => [
  { from: null, color: GOOD },
  { from: 1 - 2 * config.rateLimit.headroom, color: WARN },
  { from: 1 - config.rateLimit.headroom, color: BAD },
];

/** A limit has the color of its model, and a line of its kind. */
export const BY_LIMIT = {
  coloredBy: MODEL_COLORS,
  dashed: '/^input/',
  dotted: '/^output/',
} as const;

/** The remaining share of a limit: the lowest value of all processes. */
function left(q: Queries, by: readonly string[]): string {
  return `min by (${by.join(', ')}) (${q.metric('rateLimitHeadroom')})`;
}

/** Shortens names, because `input_tokens claude-haiku-4-5` is truncated next to a bar. */
export function shortly(expression: string): string {
  const type = `label_replace(\n${indent(expression)},\n  "limit", "$1", "${LABEL.rateLimit}", "(.+?)(_tokens)?"\n)`;
  return `label_replace(\n${indent(type)},\n  "name", "$1", "${LABEL.requestModel}", "(?:claude-)?(.*?)(?:-20[0-9]{6})?"\n)`;
}

export function now(q: Queries): SizedPanel {
  return gauges({
    title: 'The 10 lowest limits, now',
    description: `What is left, as the lowest reading of all processes. Red below ${q.config.rateLimit.headroom * 100} %. The API responds with 429 at 0.`,
    unit: 'percentunit',
    decimals: 0,
    min: 0,
    max: 1,
    queries: [
      { expr: shortly(`sort(bottomk(10, ${left(q, LIMIT)}))`), legend: '{{limit}} {{name}}', instant: true },
    ],
    noValue: NO_LIMITS,
    thresholds: leftSteps(q),
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 10,
    height: 12,
  });
}

export function overTime(q: Queries): SizedPanel {
  return graph({
    title: 'Left of each limit: the 10 lowest',
    description:
      'The lowest reading of all processes. The line is the threshold of AnthropicRateLimitPressure.',
    unit: 'percentunit',
    max: 1,
    queries: [{ expr: shortly(`bottomk(10, ${left(q, LIMIT)})`), legend: '{{limit}} {{name}}' }],
    noValue: NO_LIMITS,
    thresholds: line(q.config.rateLimit.headroom),
    thresholdLines: true,
    lowestFirst: true,
    ...BY_LIMIT,
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 14,
    height: 12,
  });
}

export function limits(q: Queries): SizedPanel {
  const by = LIMIT.join(', ');
  const limit = `max by (${by}) (${q.metric('rateLimitLimit')})`;
  const share = left(q, LIMIT);
  return table({
    title: 'Limits',
    description:
      'As the API last stated them. Limits belong to the whole organization: services that are not shown use them too.',
    noValue: NO_LIMITS,
    labels: [
      { label: LABEL.rateLimit, title: 'Limit', width: 120 },
      { label: LABEL.requestModel, title: 'Model' },
    ],
    values: [
      {
        title: 'Used',
        expr: `1 - ${share}`,
        unit: 'percentunit',
        decimals: 1,
        width: 75,
        thresholds: usedSteps(q),
      },
      { title: 'A minute', expr: limit, unit: 'locale' },
      {
        title: 'Left',
        expr: `min by (${by}) (${q.metric('rateLimitRemaining')} and ${q.metric('rateLimitResetTime')} > time())\nor ${limit}`,
        unit: 'locale',
      },
      { title: 'Left %', expr: share, unit: 'percentunit', decimals: 1, thresholds: leftSteps(q) },
      {
        title: 'Full again in',
        expr: `clamp_min(max by (${by}) (${q.metric('rateLimitResetTime')}) - time(), 0)`,
        unit: 's',
        decimals: 0,
      },
    ],
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 24,
    height: 8,
  });
}
