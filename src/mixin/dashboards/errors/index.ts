/** Errors: which ones, who has to act, where they happen, and whether retries fixed them. */
import { dashboard } from '../lib/dashboard.ts';
import { logsAndTraces } from '../lib/elsewhere.ts';
import { failureTable } from '../lib/failure-table.ts';
import type { Queries } from '../lib/queries.ts';
import * as retries from './do-retries-fix-them.ts';
import * as outcomes from './how-did-calls-end.ts';
import { counts } from './how-many.ts';
import * as policies from './what-did-the-policies-do.ts';
import * as who from './where-do-they-happen.ts';
import * as kinds from './which-kind.ts';

/** The errors dashboard. */
export function errors(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-errors',
    title: 'Claude: errors',
    description:
      'Every failed attempt and call by type, status, service, model, path and method, and whether a retry fixed it.',
    from: 'now-3h',
    refresh: '1m',
    sections: [
      { lines: [counts(q), [kinds.trouble(q), kinds.byType(q)], [failureTable(q, 24)]] },
      {
        title: 'Where do they happen?',
        lines: [
          [who.byService(q), who.byModel(q)],
          [who.byStatus(q), who.byMethod(q), who.byFault(q)],
          [who.byPath(q), who.byProvider(q)],
        ],
      },
      {
        title: 'Do retries fix them?',
        lines: [
          [retries.retriedOrFinal(q), retries.exhausted(q), retries.amplified(q)],
          [retries.delay(q), retries.waiting(q), retries.interrupted(q)],
          [retries.repeated(q)],
        ],
      },
      {
        title: 'How did the calls end?',
        lines: [[outcomes.stopReasons(q), outcomes.canceled(q), outcomes.servedBy(q)]],
      },
      {
        title: 'What did the policies do?',
        collapsed: true,
        lines: [
          [policies.decisions(q), policies.recent(q)],
          [policies.circuits(q), policies.budget(q), policies.queues(q)],
          [policies.deferred(q)],
        ],
      },
      logsAndTraces(),
    ],
  });
}
