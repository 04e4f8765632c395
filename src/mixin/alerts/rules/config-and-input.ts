/** Alerts on what only we can fix: billing, permissions, model names, requests that the API refuses. */
import { ATTR } from '../../../signals/names.ts';
import { MODEL, type Queries } from '../expressions.ts';
import { indent, matching, not, ratio } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent } from '../text.ts';

/** The account cannot pay, or reached its spend limit (which answers 400, 402 or 429; the fault tells it apart). */
export function billingFailed(q: Queries): AlertRule {
  const { window } = q.config.billing;
  const refused = q.attempts(window, q.service, {
    [ATTR.fault]: 'config',
    [ATTR.httpStatus]: matching('400|402|429'),
  });
  return {
    alert: 'AnthropicBillingFailed',
    severity: 'critical',
    fault: 'config',
    keepFiringFor: q.config.keepFiringFor,
    expr: `${refused} > 0`,
    summary: 'The Claude API refuses calls of {{ $labels.job }} because of billing or a spend limit.',
    description:
      `{{ printf "%.0f" $value }} attempt(s) of {{ $labels.job }} were refused in the last ${window} because the ` +
      'account has a billing problem or reached its spend limit. No call succeeds until that is fixed.',
    dashboard: 'anthropic-errors',
    panel: 'What failed in the time range',
  };
}

/** 403. */
export function permissionDenied(q: Queries): AlertRule {
  const { window } = q.config.permission;
  const denied = q.attempts(window, q.serviceModel, { [ATTR.errorType]: 'permission_error' });
  return {
    alert: 'AnthropicPermissionDenied',
    severity: 'warning',
    fault: 'config',
    keepFiringFor: q.config.keepFiringFor,
    expr: `${denied} > 0`,
    summary: 'The Claude API denies {{ $labels.job }} what it asks for.',
    description:
      `{{ printf "%.0f" $value }} attempt(s) of {{ $labels.job }} for ${MODEL_TEXT} were answered with 403 in the ` +
      `last ${window}: the workspace of the key may not use the model or feature, or a proxy on the way refuses.`,
    dashboard: 'anthropic-errors',
    panel: 'What failed in the time range',
    perModel: true,
  };
}

/** 404 for a model. */
export function modelNotFound(q: Queries): AlertRule {
  const { window } = q.config.modelNotFound;
  const missing = q.attempts(window, q.serviceModel, {
    [ATTR.errorType]: 'not_found_error',
    // Calls that name no model look for a file or a batch.
    [ATTR.requestModel]: not(''),
  });
  return {
    alert: 'AnthropicModelNotFound',
    severity: 'warning',
    fault: 'config',
    keepFiringFor: q.config.keepFiringFor,
    expr: `${missing} > 0`,
    summary: '{{ $labels.job }} asks for a Claude model that does not exist.',
    description:
      `{{ printf "%.0f" $value }} attempt(s) of {{ $labels.job }} for {{ $labels.${MODEL} }} were answered with 404 in ` +
      `the last ${window}: the name is wrong, or the model was retired.`,
    dashboard: 'anthropic-errors',
    panel: 'What failed in the time range',
    perModel: true,
  };
}

/** Requests that the API refuses as wrong or too large. */
export function invalidRequests(q: Queries): AlertRule {
  const { window, ratio: limit, minAttempts } = q.config.invalidRequests;
  // A conflict (409) is fixed by its retry.
  const refused = q.attempts(window, q.serviceModel, {
    [ATTR.fault]: 'input',
    [ATTR.httpStatus]: not('409'),
  });
  return {
    alert: 'AnthropicInvalidRequests',
    severity: 'warning',
    fault: 'input',
    keepFiringFor: q.config.keepFiringFor,
    expr: `(\n${indent(ratio(refused, q.attempts(window, q.serviceModel), q.serviceModel, minAttempts))}\n) > ${limit}`,
    summary: `The Claude API refuses more than ${percent(limit)} of the requests of {{ $labels.job }} as wrong.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts of {{ $labels.job }} for ${MODEL_TEXT} were refused as invalid ` +
      `(400, 422) or too large (413) in the last ${window}. The log lines carry the shape of the request.`,
    dashboard: 'anthropic-errors',
    panel: 'What failed in the time range',
    perModel: true,
  };
}
