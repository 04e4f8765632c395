/** Rate limits: what is left, until when, and who uses it. Replicas share a limit: the lowest reading counts, never a sum. */
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { dashboard } from './dashboard.ts';
import type { SizedPanel } from './panel-options.ts';
import { bars, graph } from './panels.ts';
import { indent, LABEL, metric } from './queries.ts';
import * as use from './rate-limits-use.ts';
import { line, runbook, type Step } from './style.ts';
import { table } from './table.ts';

const { headroom } = DEFAULT_CONFIG;
const LIMIT = [LABEL.rateLimit, LABEL.requestModel];
const NAME = `{{${LABEL.rateLimit}}} {{${LABEL.requestModel}}}`;
const NO_LIMITS = 'No limits seen';
/** Red below the threshold of the alert, orange below its double. */
const LEFT: readonly Step[] = [
  { from: null, color: 'red' },
  { from: headroom.ratio, color: 'orange' },
  { from: 2 * headroom.ratio, color: 'green' },
];

export function rateLimits(): string {
  return dashboard({
    uid: 'anthropic-rate-limits',
    title: 'Claude: rate limits',
    description:
      'Limits of the organisation as the API states them: what is left, when it is full again, who uses it.',
    from: 'now-1h',
    refresh: '30s',
    sections: [
      { lines: [[leftNow(), leftOverTime()], [limits()]] },
      {
        title: 'Do we run into them?',
        lines: [
          [...use.counts()],
          [use.refused(), use.crossings(), use.forecast()],
          [use.tokens(), use.calls()],
        ],
      },
    ],
  });
}

/**
 * The share of a limit that is left: the lowest reading of all replicas. A reading that was reset since says
 * nothing about now; where all were, the limit is full.
 */
function left(by: readonly string[]): string {
  const labels = by.join(', ');
  return [
    `min by (${labels}) (`,
    `  (${metric('rateLimitRemaining')} and ${metric('rateLimitResetTime')} > time())`,
    `  / (${metric('rateLimitLimit')} > 0)`,
    ')',
    `or max by (${labels}) (0 * ${metric('rateLimitLimit')} + 1)`,
  ].join('\n');
}

/** With short names: `input_tokens claude-haiku-4-5` is cut off beside a bar. */
function shortly(expression: string): string {
  const type = `label_replace(\n${indent(expression)},\n  "limit", "$1", "${LABEL.rateLimit}", "(.+?)(_tokens)?"\n)`;
  return `label_replace(\n${indent(type)},\n  "name", "$1", "${LABEL.requestModel}", "(?:claude-)?(.*)"\n)`;
}

function leftNow(): SizedPanel {
  return bars({
    title: 'Left of each limit, now',
    description: `Lowest reading of all replicas. Red below ${headroom.ratio * 100} %, where AnthropicRateLimitPressure fires. The API answers 429 at 0.`,
    unit: 'percentunit',
    decimals: 0,
    min: 0,
    max: 1,
    queries: [{ expr: `sort(${shortly(left(LIMIT))})`, legend: '{{limit}} {{name}}', instant: true }],
    noValue: NO_LIMITS,
    thresholds: LEFT,
    links: [runbook('AnthropicRateLimitPressure')],
    width: 10,
    height: 10,
  });
}

function leftOverTime(): SizedPanel {
  return graph({
    title: 'Left of each limit',
    description: 'Lowest reading of all replicas. The line is the threshold of AnthropicRateLimitPressure.',
    unit: 'percentunit',
    max: 1,
    queries: [{ expr: left(LIMIT), legend: NAME }],
    noValue: NO_LIMITS,
    thresholds: line(headroom.ratio),
    thresholdLines: true,
    links: [runbook('AnthropicRateLimitPressure')],
    width: 14,
    height: 10,
  });
}

function limits(): SizedPanel {
  const by = LIMIT.join(', ');
  const limit = `max by (${by}) (${metric('rateLimitLimit')})`;
  const remaining = `min by (${by}) (${metric('rateLimitRemaining')} and ${metric('rateLimitResetTime')} > time())\nor ${limit}`;
  return table({
    title: 'Limits',
    description:
      'As the API stated them last. The limits of a model belong to the whole organisation: other services use them too.',
    noValue: NO_LIMITS,
    labels: [
      { label: LABEL.rateLimit, title: 'Limit' },
      { label: LABEL.requestModel, title: 'Model' },
    ],
    values: [
      { title: 'A minute', expr: limit, unit: 'locale' },
      { title: 'Used', unit: 'locale', expr: `${limit}\n- (${remaining})` },
      { title: 'Left', expr: remaining, unit: 'locale' },
      {
        title: 'Left, share',
        expr: left(LIMIT),
        unit: 'percentunit',
        decimals: 1,
        thresholds: LEFT,
      },
      {
        title: 'Full again in',
        expr: `clamp_min(max by (${by}) (${metric('rateLimitResetTime')}) - time(), 0)`,
        unit: 's',
        decimals: 0,
      },
    ],
    sortBy: 'Used',
    width: 24,
    height: 8,
  });
}
