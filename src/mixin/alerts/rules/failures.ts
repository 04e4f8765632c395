/** Alerts on failing calls: those that page on-call, and the one for a single failing process among healthy ones. */
import { ATTR } from '../../../signals/names.ts';
import { seconds } from '../../config.ts';
import type { Queries } from '../expressions.ts';
import { RECORDS, ROUTE } from '../names.ts';
import { recordSeries } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, ROUTE_TEXT, serviceText } from '../text.ts';

/** Any 401, until the API accepts an attempt on its path. */
export function authenticationFailed(q: Queries): AlertRule {
  const { window, forgetAfter } = q.config.authentication;
  const failing = `${seconds(forgetAfter)} * ${q.last('authenticationFailing')}`;
  return {
    alert: 'AnthropicAuthenticationFailed',
    note: `Processes whose last 401 is younger than ${forgetAfter} if they still fail, or younger than ${window} if a later attempt was accepted.`,
    severity: 'critical',
    fault: 'config',
    keepFiringFor: q.config.keepFiringFor,
    expr: `count by (${q.and(ROUTE)}) (\n  ${q.last('authenticationFailureAge')}\n  < clamp_min(${failing}, ${seconds(window)})\n)`,
    summary: `${serviceText(q.config)}: the Claude API rejects the API key.`,
    description:
      `{{ printf "%.0f" $value }} process(es) got a 401 on ${ROUTE_TEXT}. Retries do not help: every call with ` +
      'this key fails until someone replaces the key. The alert lasts until the API accepts an attempt on this path.',
    dashboard: 'anthropic-triage',
  };
}

/** The second consecutive 5xx on one path, whatever the models. */
export function consecutiveServerErrors(q: Queries): AlertRule {
  const { window, minRatio } = q.config.consecutiveServerErrors;
  const ofKind = recordSeries(RECORDS.attemptsByKind, 'recentAttempts', {
    [ATTR.attemptKind]: 'server_error',
  });
  const share =
    minRatio > 0
      ? `\nand on (${q.service}) sum by (${q.service}) (${ofKind}) >= ${minRatio} * sum by (${q.service}) (${RECORDS.attemptsByKind})`
      : '';
  return {
    alert: 'AnthropicConsecutiveServerErrors',
    note: `Processes with a run of two or more 5xx on one path that grew in the last ${window}.`,
    severity: 'critical',
    fault: 'anthropic',
    keepFiringFor: q.config.keepFiringFor,
    expr: `count by (${q.and(ROUTE)}) (${q.last('serverErrorRunAge')} < ${seconds(window)})${share}`,
    summary: `${serviceText(q.config)}: the Claude API responds with consecutive server errors.`,
    description:
      `{{ printf "%.0f" $value }} process(es) got two or more 5xx responses in a row on ${ROUTE_TEXT} in the last ${window}. ` +
      'A single 500 is normal; a run on one path is an incident at the API.',
    dashboard: 'anthropic-errors',
  };
}

/** Too many calls failed after all retries. */
export function highErrorRate(q: Queries): AlertRule {
  const { ratio } = q.config.errorRate;
  return {
    alert: 'AnthropicHighErrorRate',
    note: 'The share of failed calls for a model, or for the whole service if no model is above the limit.',
    severity: 'critical',
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    expr: q.modelElseJob(`${RECORDS.modelFailedRatio} > ${ratio}`, `${RECORDS.failedRatio} > ${ratio}`),
    summary: `${serviceText(q.config)}: more than ${percent(ratio)} of the Claude calls fail.`,
    description:
      `{{ $value | humanizePercentage }} of the calls to ${MODEL_TEXT} failed in the last 5m, after all retries. ` +
      'This excludes calls with a rejected key: AnthropicAuthenticationFailed pages for them.',
    leadingKind: q.leadingKind(),
    dashboard: 'anthropic-triage',
    perModel: true,
  };
}

/** More calls ran out of retries than the budget allows: a number for quiet services, a share for busy ones. */
export function retriesExhausted(q: Queries): AlertRule {
  const { allowedCalls, allowedRatio } = q.config.retriesExhausted;
  const ofJob = `sum by (${q.service}) (${RECORDS.exhausted})`;
  return {
    alert: 'AnthropicRetriesExhausted',
    note: 'Calls that ran out of retries, above the allowed number and the allowed share, for a model or otherwise for the service.',
    severity: 'critical',
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    expr: q.modelElseJob(
      `(${RECORDS.exhausted} > ${allowedCalls}) > ${allowedRatio} * ${RECORDS.modelCalls}`,
      `(${ofJob} > ${allowedCalls}) > ${allowedRatio} * ${RECORDS.calls}`,
    ),
    summary: `${serviceText(q.config)}: Claude calls run out of retries.`,
    description:
      `{{ printf "%.0f" $value }} calls to ${MODEL_TEXT} failed on their last allowed attempt in the last 5m. The budget is ` +
      `${allowedCalls} calls or ${percent(allowedRatio)} of the calls, whichever is more.`,
    leadingKind: q.leadingKind(),
    dashboard: 'anthropic-triage',
    perModel: true,
  };
}

/** The account has a billing problem, or reached its spend limit. */
export function billingFailed(q: Queries): AlertRule {
  const rejected = recordSeries(RECORDS.attemptsByKind, 'recentAttempts', { [ATTR.attemptKind]: 'billing' });
  return {
    alert: 'AnthropicBillingFailed',
    note: 'Any attempt that the API rejected for lack of credit or because of a spend limit.',
    severity: 'critical',
    fault: 'config',
    keepFiringFor: q.config.keepFiringFor,
    expr: `sum by (${q.service}) (${rejected}) > 0`,
    summary: `${serviceText(q.config)}: the Claude API rejects calls because of billing or a spend limit.`,
    description:
      'The API rejected {{ printf "%.0f" $value }} attempt(s) in the last 5m because the account has a billing problem or reached ' +
      'its spend limit. No call of the account succeeds until this is fixed.',
    dashboard: 'anthropic-errors',
  };
}

/** Most attempts of one process fail while the service as a whole is healthy. */
export function replicaFailing(q: Queries): AlertRule {
  const { ratio, for: hold } = q.config.replica;
  const accepted = q.last('recentAttempts', { [ATTR.attemptKind]: 'ok' });
  return {
    alert: 'AnthropicReplicaFailing',
    note: 'The share of failed attempts of one process, without 401s, if neither the calls nor the attempts of the whole service fail as often.',
    severity: 'warning',
    fault: 'application',
    // By then the share of the service is known, even if records are visible only at the next evaluation (vmalert).
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      `${RECORDS.replicaFailed} / sum by (${q.process}) (${RECORDS.replicaFailed} or ${accepted}) > ${ratio}`,
      `unless on (${q.service}) (${RECORDS.failedRatio} > ${q.config.errorRate.ratio} or ${RECORDS.failedAttemptRatio} > ${ratio})`,
    ].join('\n'),
    summary: `${serviceText(q.config)}: most Claude attempts of one process fail.`,
    description:
      '{{ $value | humanizePercentage }} of the attempts of {{ $labels.instance }} failed in the last 5m, while the service as a whole is ' +
      'healthy. Check its host, secret, version and network.',
    dashboard: 'anthropic-errors',
  };
}
