/** Cost: what the calls cost at list prices, for whom, on which model and kind of token, and what the cache saves. */
import { dashboard } from '../lib/dashboard.ts';
import type { Queries } from '../lib/queries.ts';
import * as cache from './does-the-cache-pay.ts';
import * as spent from './how-much.ts';
import * as totals from './totals.ts';
import * as tokens from './which-tokens.ts';

/** The cost dashboard. */
export function cost(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-cost',
    title: 'Claude: cost',
    description:
      'Cost estimated from list prices, and the tokens behind it. Totals are exact for the time range and include processes that started, restarted or ended in it.',
    from: 'now-24h',
    refresh: '5m',
    settings: ['budget', 'attribution'],
    sections: [
      { lines: [spent.numbers(q), [spent.byModel(q), spent.byKind(q)], [totals.byModel(q)]] },
      {
        title: 'Who pays?',
        lines: [
          [totals.byService(q), totals.byAttribution(q)],
          [spent.byService(q), spent.weekOverWeek(q)],
        ],
      },
      {
        title: 'Tokens and the prompt cache',
        lines: [
          [tokens.kinds(q), tokens.thinking(q)],
          [cache.hitRatio(q), cache.net(q), cache.overTime(q)],
        ],
      },
      { title: 'Server tools and batches', lines: [[tokens.serverTools(q), tokens.batches(q)]] },
    ],
  });
}
