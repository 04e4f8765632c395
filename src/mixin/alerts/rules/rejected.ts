/** The alert on requests that the API rejects because of their content. Retries do not help: your team has to change the request, the key or the model. */
import { ATTR } from '../../../signals/names.ts';
import type { Queries } from '../expressions.ts';
import { KIND, RECORDS } from '../names.ts';
import { type Matchers, matching, recordSeries } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Too many requests are invalid, or a request lacks a permission or names a model that does not exist. */
export function requestsRejected(q: Queries): AlertRule[] {
  const { ratio } = q.config.invalidRequests;
  const common = {
    alert: 'AnthropicRequestsRejected',
    severity: 'warning',
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-errors',
    perModel: true,
  } as const;
  const any = (matchers: Matchers<'recentAttempts'>) =>
    `sum without (${KIND}) (${recordSeries(RECORDS.attemptsByKind, 'recentAttempts', matchers)}) > 0`;
  return [
    {
      ...common,
      condition: 'invalid',
      note: 'The share of attempts that the API rejects as invalid or too large, for a model or otherwise for the service.',
      fault: 'input',
      expr: q.attemptShare('invalid', ratio),
      summary: `${serviceText(q.config)}: the Claude API rejects more than ${percent(ratio)} of the requests as invalid.`,
      description:
        `The API rejected {{ $value | humanizePercentage }} of the attempts for ${MODEL_TEXT} as invalid (400, 422) or too large (413) in ` +
        'the last 5m. The log lines show the shape of the request.',
    },
    {
      ...common,
      condition: 'permission',
      note: 'Any attempt with a 403.',
      fault: 'config',
      expr: any({ [ATTR.attemptKind]: 'permission' }),
      summary: `${serviceText(q.config)}: the Claude API denies permission.`,
      description:
        `{{ printf "%.0f" $value }} attempt(s) for ${MODEL_TEXT} got a 403 in the last 5m: the key's workspace may not use the ` +
        'model or feature, or a proxy denies access.',
    },
    {
      ...common,
      condition: 'model_not_found',
      note: 'Any attempt that names a model and got a 404.',
      fault: 'config',
      // Calls that name no model look for a file or a batch.
      expr: any({ [ATTR.attemptKind]: 'not_found', [ATTR.requestModel]: matching('.+') }),
      summary: `${serviceText(q.config)}: a requested Claude model does not exist.`,
      description: `{{ printf "%.0f" $value }} attempt(s) for ${MODEL_TEXT} got a 404 in the last 5m: the name is wrong, or the model has retired.`,
    },
  ];
}
