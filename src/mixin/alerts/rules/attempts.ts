/** Alerts on attempts that fail, which retries may hide from users: rate limits, overload, server errors, the network. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../../config.ts';
import type { Queries } from '../expressions.ts';
import { KIND, LIMIT, RECORDS } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Attempts fail for one reason of Anthropic's or of the network's. */
export function retriesElevated(q: Queries): AlertRule[] {
  const { ratio, for: hold } = q.config.retries;
  const rule = (condition: 'anthropic' | 'network', kinds: string, where: string): AlertRule => ({
    alert: 'AnthropicRetriesElevated',
    condition,
    note: `The share of attempts that fail because of ${where}, of a model or else of the service.`,
    severity: 'warning',
    fault: condition,
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: q.attemptShare(kinds, ratio),
    summary: `${serviceText(q.config)}: more than ${percent(ratio)} of the Claude attempts fail because of ${where}.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts for ${MODEL_TEXT} failed with {{ $labels.${KIND} }} in the last 5m, for ${hold}. ` +
      'Retries may hide it from users, who wait longer.',
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
      note: 'The share of attempts with a 429, of a model or else of the service.',
      expr: q.attemptShare('rate_limit', ratio),
      summary: `${serviceText(q.config)}: more than ${percent(ratio)} of the Claude attempts are rate limited.`,
      description:
        `{{ $value | humanizePercentage }} of the attempts for ${MODEL_TEXT} got a 429 in the last 5m. Retries hide it, and add to ` +
        'latency and traffic. Look for a loop without backoff, a batch job, or a limit that was lowered.',
    },
    {
      ...common,
      condition: 'headroom',
      note: `A limit of which less than ${percent(headroom)} was left at every evaluation of the last ${headroomFor}.`,
      expr: `max_over_time(${RECORDS.headroom}[${seconds(headroomFor) - 1}s]) < ${headroom}`,
      summary: `${serviceText(q.config)}: a Claude rate limit is nearly used up.`,
      description:
        `At most {{ $value | humanizePercentage }} of the {{ $labels.${LIMIT} }} limit for ${MODEL_TEXT} was left during the last ` +
        `${headroomFor}. All services of the organization share the limit. Responses with 429 come next.`,
    },
    {
      ...common,
      condition: 'retry_wait',
      note: 'Calls that have waited long for their next attempt: the API asked for it with retry-after.',
      expr: `max by (${q.serviceModel}) (${waiting}) > ${retryWaitSeconds}`,
      summary: `${serviceText(q.config)}: Claude calls wait long for a retry.`,
      description:
        `The oldest call to ${MODEL_TEXT} has waited {{ $value | humanizeDuration }} for its next attempt, because the API asked for it ` +
        'with retry-after. The caller sees a call that hangs.',
    },
  ];
}
