/** Alerts on our own traffic: rate limits that we hit or are about to hit. */
import { prometheusLabel } from '../../../signals/metric-definition.ts';
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../config.ts';
import { type Queries, RECORDS } from '../expressions.ts';
import { indent, processLabels, ratio } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent } from '../text.ts';

const LIMIT = prometheusLabel(ATTR.rateLimit);
const LIMIT_TEXT = `{{ $labels.${LIMIT} }}`;
const RATE_LIMITED = { [ATTR.errorType]: 'rate_limit_error' } as const;

/** From no 429 to hundreds within a minute. First in its group, because it silences the warnings that it causes. */
export function rateLimitSpike(q: Queries): AlertRule {
  const { window, minAttempts, share, longerWindow } = q.config.rateLimitSpike;
  const by = q.serviceModel;
  return {
    alert: 'AnthropicRateLimitSpike',
    severity: 'critical',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      `(\n${indent(q.events('attempts', window, by, RATE_LIMITED))}\n  >= ${minAttempts}\n)`,
      '# A rate that has been that high for a while is no spike: AnthropicRateLimited tells of it.',
      `> on (${by.join(', ')})`,
      `(\n  ${share} *\n${indent(q.attempts(longerWindow, by, RATE_LIMITED))}\n)`,
    ].join('\n'),
    summary: '{{ $labels.job }} suddenly runs into the rate limits of the Claude API.',
    description:
      `{{ printf "%.0f" $value }} attempts of {{ $labels.job }} for ${MODEL_TEXT} were answered with 429 in the last ` +
      `${window}, more than ${percent(share)} of those of the last ${longerWindow}. Look for a loop without backoff, a batch job, ` +
      'or a limit that was lowered.',
    dashboard: 'anthropic-rate-limits',
    panel: 'Answers 429, by model',
    perModel: true,
  };
}

/** A lasting share of the attempts is answered with 429. */
export function rateLimited(q: Queries): AlertRule {
  const { window, ratio: limit, minAttempts } = q.config.rateLimited;
  const share = ratio(
    q.attempts(window, q.serviceModel, RATE_LIMITED),
    q.attempts(window, q.serviceModel),
    q.serviceModel,
    minAttempts,
  );
  return {
    alert: 'AnthropicRateLimited',
    severity: 'warning',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    expr: `(\n${indent(share)}\n) > ${limit}`,
    summary: `More than ${percent(limit)} of the Claude attempts of {{ $labels.job }} are rate limited.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts of {{ $labels.job }} for ${MODEL_TEXT} were answered with ` +
      `429 in the last ${window}. Retries hide it, and add to the latency and to the traffic.`,
    dashboard: 'anthropic-rate-limits',
    panel: 'Answers 429, by model',
    perModel: true,
  };
}

/** Little is left of a limit: now, or again and again between two scrapes. */
export function rateLimitHeadroomLow(q: Queries): AlertRule {
  const { ratio: low, window, crossings, for: hold } = q.config.headroom;
  const labels = [...q.serviceModel, LIMIT];
  return {
    alert: 'AnthropicRateLimitHeadroomLow',
    severity: 'warning',
    fault: 'traffic',
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      `${RECORDS.headroom} < ${low}`,
      '# Dips that a gauge misses between two scrapes are counted where they happen, by every replica.',
      'or clamp_max(',
      `  max by (${labels.join(', ')}) (`,
      indent(
        q.events('rateLimitLow', window, [...new Set([...labels, ...processLabels(q.config.targetLabels)])]),
        4,
      ),
      `  ) >= ${crossings},`,
      `  ${low}`,
      ')',
    ].join('\n'),
    summary: `Less than ${percent(low)} of a Claude rate limit of {{ $labels.job }} is left.`,
    description:
      `At most {{ $value | humanizePercentage }} of the ${LIMIT_TEXT} limit for ${MODEL_TEXT} was left to ` +
      '{{ $labels.job }}. All services of the organisation share the limit. Answers 429 come next.',
    dashboard: 'anthropic-rate-limits',
    panel: 'Left of each limit',
    perModel: true,
  };
}

/** A limit will soon be used up if the trend goes on. */
export function rateLimitExhaustionPredicted(q: Queries): AlertRule {
  const { window, horizon, below, for: hold } = q.config.exhaustionForecast;
  return {
    alert: 'AnthropicRateLimitExhaustionPredicted',
    severity: 'warning',
    fault: 'traffic',
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      '# Seconds until nothing is left: what is left, by the speed at which it shrinks.',
      `(${RECORDS.headroom} < ${below}) / (-deriv(${RECORDS.headroom}[${window}]) > 0)`,
      `< ${seconds(horizon)}`,
    ].join('\n'),
    summary: 'A Claude rate limit of {{ $labels.job }} will soon be used up.',
    description:
      `The ${LIMIT_TEXT} limit for ${MODEL_TEXT} will be used up by {{ $labels.job }} in ` +
      `{{ $value | humanizeDuration }}, if the trend of the last ${window} goes on.`,
    dashboard: 'anthropic-rate-limits',
    panel: 'Used up in',
    perModel: true,
  };
}
