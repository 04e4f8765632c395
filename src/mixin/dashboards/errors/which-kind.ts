/** Errors: which kind of failure? */
import { ATTR } from '../../../signals/names.ts';
import { matching } from '../../alerts/promql.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ERROR_TYPES, TROUBLE } from '../lib/signals.ts';
import { NO_DATA } from '../lib/style.ts';
import { failedBy } from './failed-by.ts';

export function trouble(q: Queries): SizedPanel {
  return graph({
    title: '429, 529, 5xx, timeouts: which kind?',
    description:
      'Failed attempts of the kinds that a retry can fix. 429: the application sends too much. 529 and 5xx: the API fails. Timeouts and connection errors: check the network first.',
    unit: 'locale',
    queries: Object.entries(TROUBLE).map(([legend, types]) => ({
      expr: q.orZero(q.bars('attempts', [], { [ATTR.errorType]: matching(types) })),
      total: q.orZero(q.total('attempts', [], { [ATTR.errorType]: matching(types) })),
      legend,
    })),
    noValue: NO_DATA.telemetry,
    colored: Object.keys(TROUBLE),
    links: [runbook(q.config, 'AnthropicRetriesElevated'), runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 12,
  });
}

export function byType(q: Queries): SizedPanel {
  return failedBy(
    q,
    'Failed attempts, by error type',
    "The type in the API's error envelope, or the SDK's word where there was no response.",
    LABEL.errorType,
    { colored: ERROR_TYPES, width: 12 },
  );
}
