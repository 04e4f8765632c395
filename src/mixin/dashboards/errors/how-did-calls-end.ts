/** Errors: how did the calls end? A successful call can still fail its user. */
import { ATTR } from '../../../signals/names.ts';
import { not } from '../../alerts/promql.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ONLY } from '../lib/signals.ts';
import { COLORS, NO_DATA } from '../lib/style.ts';

export function stopReasons(q: Queries): SizedPanel {
  const { reasons } = q.config.stopReasons;
  return graph({
    title: 'Responses cut off or withheld',
    description: `Share of the successful calls, by stop reason. ${reasons.join(', ')} are watched by AnthropicResponsesChanged.`,
    unit: 'percentunit',
    softMax: 0.05,
    queries: reasons.map((reason) => ({
      expr: share(
        q.orZero(q.bars('calls', [], { ...ONLY.ok, [ATTR.stopReason]: reason })),
        q.bars('calls', [], { ...ONLY.ok, [ATTR.stopReason]: not('') }),
      ),
      legend: reason,
    })),
    noValue: NO_DATA.traffic,
    colored: reasons.filter((reason) => reason in COLORS),
    links: [runbook(q.config, 'AnthropicResponsesChanged')],
  });
}

export function canceled(q: Queries): SizedPanel {
  const by = [LABEL.canceledBy];
  const ended = (expression: string) => orWord(expression, LABEL.canceledBy, 'unknown');
  return graph({
    title: 'Canceled calls, by who canceled',
    description:
      'timeout: the application stopped waiting. application: it aborted the call or closed the stream early, for example because the user left.',
    unit: 'locale',
    queries: [
      {
        expr: ended(`${q.bars('calls', by, { [ATTR.outcome]: 'canceled' })} > 0`),
        total: ended(`${q.total('calls', by, { [ATTR.outcome]: 'canceled' })} > 0`),
        legend: `{{${LABEL.canceledBy}}}`,
      },
    ],
    noValue: 'None',
    style: 'bars',
    colored: ['timeout', 'application'],
    links: [runbook(q.config, 'AnthropicCallsHanging')],
  });
}

export function servedBy(q: Queries): SizedPanel {
  const by = [LABEL.servedBy];
  const ended = (expression: string) => orWord(expression, LABEL.servedBy, 'not served');
  return graph({
    title: 'Calls, by what served them',
    description:
      'api: the model that was requested. fallback: another model. application: no request reached the API, such as a cached response. not served: the call failed or was canceled.',
    unit: 'locale',
    queries: [
      {
        expr: ended(`${q.bars('calls', by)} > 0`),
        total: ended(`${q.total('calls', by)} > 0`),
        legend: `{{${LABEL.servedBy}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    style: 'bars',
    colored: ['api', 'fallback', 'application', 'not served'],
    links: [runbook(q.config)],
  });
}
