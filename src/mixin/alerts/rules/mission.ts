/** The four alerts that page: what on-call is woken up for, and nothing else. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../config.ts';
import { MODEL, type Queries, ROUTE } from '../expressions.ts';
import { indent, ratio } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, ROUTE_TEXT } from '../text.ts';

/**
 * Any 401, at once: also one on the very first call after a deploy, and one that came while the target was
 * away (the gauge remembers when). First in its group, because it silences what it causes.
 */
export function authenticationFailed(q: Queries): AlertRule {
  const { authentication, keepFiringFor } = q.config;
  const labels = [...q.service, ROUTE];
  const by = labels.join(', ');
  const last = `max by (${by}) (${q.series('authenticationFailureTime')})`;
  return {
    alert: 'AnthropicAuthenticationFailed',
    severity: 'critical',
    fault: 'config',
    keepFiringFor,
    expr: [
      `${q.events('authenticationFailures', authentication.window, labels)} > 0`,
      '# A 401 that came while the target was away: its count is not known, so at least 1.',
      `or group by (${by}) (${last} > time() - ${seconds(authentication.window)})`,
    ].join('\n'),
    summary: 'The Claude API refuses the API key of {{ $labels.job }}.',
    description:
      `{{ $labels.job }} got at least {{ printf "%.0f" $value }} answer(s) 401 on ${ROUTE_TEXT} ` +
      `in the last ${authentication.window}. A 401 is never retried into success: every call with this ` +
      'key fails until the key is replaced.',
    dashboard: 'anthropic-triage',
  };
}

/**
 * The second consecutive 5xx on one path. The streak is counted where the answers arrive, so one 500 is silent.
 * A run counts once, when it begins: the gauge tells that it goes on.
 */
export function consecutiveServerErrors(q: Queries): AlertRule {
  const { serverErrorStreak, keepFiringFor } = q.config;
  const { window } = serverErrorStreak;
  const labels = [...q.service, ROUTE, MODEL];
  const streak = q.series('serverErrorStreak');
  return {
    alert: 'AnthropicConsecutiveServerErrors',
    severity: 'critical',
    fault: 'anthropic',
    keepFiringFor,
    expr: [
      `${q.events('serverErrorStreaks', window, labels)} > 0`,
      '# Runs that began before, and go on.',
      `or count by (${labels.join(', ')}) (${streak} >= 2 and ${streak} > ${streak} offset ${window})`,
    ].join('\n'),
    summary: 'The Claude API answered {{ $labels.job }} with consecutive server errors.',
    description:
      `{{ $labels.job }} saw at least {{ printf "%.0f" $value }} run(s) of two or more consecutive 5xx answers for ` +
      `${MODEL_TEXT} on ${ROUTE_TEXT} in the last ${window}. ` +
      'One 500 happens; two in a row on one path are an incident at the API.',
    dashboard: 'anthropic-triage',
    perModel: true,
  };
}

/** Too large a share of the calls failed after all retries. */
export function highErrorRate(q: Queries): AlertRule {
  const { errorRate, keepFiringFor } = q.config;
  const { window, minCalls } = errorRate;
  if (minCalls * errorRate.ratio < 1) {
    throw new Error(
      'errorRate.minCalls must be at least 1 / errorRate.ratio: one failed call must never page',
    );
  }
  const rate = ratio(
    q.calls(window, q.serviceModel, { [ATTR.outcome]: 'error' }),
    q.calls(window, q.serviceModel),
    q.serviceModel,
    minCalls,
  );
  return {
    alert: 'AnthropicHighErrorRate',
    severity: 'critical',
    fault: 'unknown',
    keepFiringFor,
    expr: `(\n${indent(rate)}\n) > ${errorRate.ratio}`,
    summary: `More than ${percent(errorRate.ratio)} of the Claude calls of {{ $labels.job }} fail.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of {{ $labels.job }} to ${MODEL_TEXT} failed in ` +
      `the last ${window}, all retries included. The dashboard says who has to act: our configuration, ` +
      'our traffic, our input, the network or Anthropic.',
    dashboard: 'anthropic-triage',
    perModel: true,
  };
}

/** More calls ran out of retries than the SLA allows: a number for quiet services, a share for busy ones. */
export function retriesExhausted(q: Queries): AlertRule {
  const { retriesExhausted: budget, keepFiringFor } = q.config;
  const { window, allowedCalls, allowedRatio } = budget;
  const labels = q.serviceModel;
  return {
    alert: 'AnthropicRetriesExhausted',
    severity: 'critical',
    fault: 'unknown',
    keepFiringFor,
    expr: [
      `(\n${indent(q.events('retriesExhausted', window, labels))}\n  > ${allowedCalls}\n)`,
      `> on (${labels.join(', ')})`,
      `(\n  ${allowedRatio} *\n${indent(q.calls(window, labels))}\n)`,
    ].join('\n'),
    summary: 'Claude calls of {{ $labels.job }} run out of retries beyond the SLA budget.',
    description:
      `{{ printf "%.0f" $value }} calls of {{ $labels.job }} to ${MODEL_TEXT} failed on their last ` +
      `allowed attempt in the last ${window}. The budget is ${allowedCalls} calls, or ` +
      `${percent(allowedRatio)} of the calls where that is more. The error type on the dashboard tells ` +
      'rate limits, overload, server errors and the network apart.',
    dashboard: 'anthropic-triage',
    perModel: true,
  };
}
