/** Telemetry: whether the other dashboards show everything. */
import { dashboard } from '../lib/dashboard.ts';
import type { Queries } from '../lib/queries.ts';
import * as read from './what-do-the-rules-read.ts';
import * as cost from './what-does-it-cost.ts';
import * as wrong from './what-went-wrong.ts';
import * as who from './who-reports.ts';

/** The telemetry dashboard. */
export function telemetry(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-telemetry',
    title: 'Claude: telemetry',
    description: 'Which processes report, with which version, how many series they create, and what failed.',
    from: 'now-6h',
    refresh: '1m',
    sections: [
      { lines: [who.numbers(q), [who.processes(q)]] },
      { title: 'What went wrong?', lines: [[wrong.failures(q), wrong.starts(q)]] },
      {
        title: 'How many series does it create?',
        lines: [[cost.seriesByService(q), cost.seriesByMetric(q)]],
      },
      {
        title: 'What do the rules read?',
        collapsed: true,
        lines: [
          [read.calls(q), read.attempts(q), read.exhausted(q)],
          [read.cost(q), read.authentication(q), read.serverErrors(q)],
        ],
      },
    ],
  });
}
