/** Latency: how long calls take, and whether the API, the waits for retries, or long responses take the time. */
import { dashboard } from '../lib/dashboard.ts';
import { logsAndTraces } from '../lib/elsewhere.ts';
import type { Queries } from '../lib/queries.ts';
import * as slow from './how-slow.ts';
import * as user from './what-does-the-user-see.ts';
import * as time from './where-does-the-time-go.ts';

/** The latency dashboard. */
export function latency(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-latency',
    title: 'Claude: latency',
    description:
      'How long calls and attempts take, the first chunk, the time lost to retries, and the speed of the response. Quantiles are estimated within ' +
      'the buckets of the histograms, each twice as wide as the one before: read p95 = 3 s as "between 2.56 and 5.12 s".',
    from: 'now-3h',
    refresh: '1m',
    sections: [
      { lines: [slow.numbers(q), [slow.quantiles(q), slow.bounds(q)]] },
      {
        title: 'Where does the time go?',
        lines: [
          [slow.callHeatmap(q), slow.attemptHeatmap(q)],
          [time.callsAndAttempts(q), time.backoff(q)],
          [time.byError(q), time.sizes(q), time.active(q)],
        ],
      },
      { title: 'What does the user see?', lines: [[user.firstChunk(q), user.speed(q)], [user.waiting(q)]] },
      logsAndTraces(),
    ],
  });
}
