/** Alerts on attempts that fail, which retries may hide from users: rate limits, overload, server errors, the network. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../../config.ts';
import type { Queries } from '../expressions.ts';
import { KIND, LIMIT, RECORDS } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Attempts fail for one reason, which is Anthropic's or the network's. */
export function retriesElevated(q: Queries): AlertRule[] {
  const { ratio, for: hold } = q.config.retries;
  const rule = (condition: 'anthropic' | 'network', kinds: string, where: string): AlertRule => ({
    alert: 'AnthropicRetriesElevated',
    condition,
    note: `The share of attempts that fail because of ${where}, for a model or otherwise for the service.`,
    severity: 'warning',
    fault: condition,
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: q.attemptShare(kinds, ratio),
    summary: `${serviceText(q.config)}: more than ${percent(ratio)} of the Claude attempts fail because of ${where}.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts for ${MODEL_TEXT} failed with {{ $labels.${KIND} }} in the last 5m, for ${hold}. ` +
      'Retries may hide the failures from users, but users wait longer.',
    dashboard: 'anthropic-errors',
    perModel: true,
  });
  return [
    rule('anthropic', 'overloaded|server_error|broken_stream', 'the API'),
    rule('network', 'network|timeout', 'the network'),
  ];
}

/** Rate limits are hit, nearly used up, or make calls wait long. */
export function rateLimitPressure(q: Queries): AlertRule[] {
  const { ratio, headroom, headroomFor } = q.config.rateLimit;
  const { retryWaitSeconds } = q.config.hanging;
  const common = {
    alert: 'AnthropicRateLimitPressure',
    severity: 'warning',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-rate-limits',
    perModel: true,
  } as const;
  const waiting = q.series('oldestCallAge', { [ATTR.callPhase]: 'retry_wait' });
  return [
    {
      ...common,
      condition: 'rejected',
      note: 'The share of attempts with a 429, for a model or otherwise for the service.',
      expr: q.attemptShare('rate_limit', ratio),
      summary: `${serviceText(q.config)}: more than ${percent(ratio)} of the Claude attempts are rate limited.`,
      description:
        `{{ $value | humanizePercentage }} of the attempts for ${MODEL_TEXT} got a 429 in the last 5m. Retries hide this, but add ` +
        'latency and traffic. Look for a loop without backoff, a batch job, or a lowered limit.',
    },
    {
      ...common,
      condition: 'headroom',
      note: `A limit whose headroom was below ${percent(headroom)} at every evaluation in the last ${headroomFor}.`,
      expr: `max_over_time(${RECORDS.headroom}[${seconds(headroomFor) - 1}s]) < ${headroom}`,
      summary: `${serviceText(q.config)}: a Claude rate limit is nearly used up.`,
      description:
        `The {{ $labels.${LIMIT} }} limit for ${MODEL_TEXT} had at most {{ $value | humanizePercentage }} headroom during the last ` +
        `${headroomFor}. All services of the organization share the limit. 429 responses will follow.`,
    },
    {
      ...common,
      condition: 'retry_wait',
      note: 'Calls that have waited too long for their next attempt because the API asked for it with retry-after.',
      expr: `max by (${q.serviceModel}) (${waiting}) > ${retryWaitSeconds}`,
      summary: `${serviceText(q.config)}: Claude calls wait too long for a retry.`,
      description:
        `The oldest call to ${MODEL_TEXT} has waited {{ $value | humanizeDuration }} for its next attempt, because the API asked for this wait ` +
        'with retry-after. To the caller, the call hangs.',
    },
  ];
}
