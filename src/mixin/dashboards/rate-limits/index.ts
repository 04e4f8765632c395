/** Rate limits: what is left, until when, and who uses it. */
import { dashboard } from '../lib/dashboard.ts';
import type { Queries } from '../lib/queries.ts';
import * as run from './do-we-run-into-them.ts';
import * as left from './what-is-left.ts';
import * as use from './who-uses-them.ts';

/** The rate limits dashboard. */
export function rateLimits(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-rate-limits',
    title: 'Claude: rate limits',
    description:
      'Limits of the organization as the API states them: what is left, when it is full again, who uses it. Replicas and services share a limit: the ' +
      'lowest reading counts, never a sum.',
    from: 'now-1h',
    refresh: '30s',
    sections: [
      { lines: [[left.now(q), left.overTime(q)], [left.limits(q)]] },
      {
        title: 'Do we run into them?',
        lines: [run.counts(q), [run.limited(q), run.crossings(q), run.forecast(q)]],
      },
      { title: 'Who uses them?', lines: [[use.byService(q), use.byModel(q)], [use.tokens(q)]] },
    ],
  });
}
