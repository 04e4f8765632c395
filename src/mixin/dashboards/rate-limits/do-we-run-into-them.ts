/** Rate limits: do we run into them? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ONLY } from '../lib/signals.ts';
import { above, NEUTRAL, NO_DATA, WARN } from '../lib/style.ts';
import { BY_LIMIT, LIMIT, shortly } from './what-is-left.ts';

const PRESSURE = 'AnthropicRateLimitPressure';

export function counts(q: Queries): SizedPanel[] {
  const count = (title: string, description: string, expr: string, alert: string) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr: q.orZero(expr), legend: title, instant: true }],
      noValue: NO_DATA.telemetry,
      thresholds: above(1, WARN),
      links: [runbook(q.config, alert)],
      width: 6,
    });
  return [
    count(
      'Responses 429',
      'Attempts that a rate limit rejected, in the time range.',
      q.total('attempts', [], ONLY.rateLimited),
      PRESSURE,
    ),
    count(
      'Drops below 10 %',
      'How often the remaining share of a limit dropped below 10 %. Counted in the process, because a gauge misses drops that end before the next scrape.',
      q.total('rateLimitLow', []),
      PRESSURE,
    ),
    count(
      'Calls that a limit ended',
      'Calls that ran out of retries on 429.',
      q.total('retriesExhausted', [], ONLY.rateLimited),
      'AnthropicRetriesExhausted',
    ),
    stat({
      title: 'Limits seen',
      description: 'How many limits the API has stated: one for each kind and model.',
      unit: 'locale',
      queries: [
        {
          expr: q.orZero(`count(count by (${LIMIT.join(', ')}) (${q.metric('rateLimitLimit')}))`),
          legend: 'limits',
          instant: true,
        },
      ],
      noValue: NO_DATA.telemetry,
      thresholds: NEUTRAL,
      links: [runbook(q.config, PRESSURE)],
      width: 6,
    }),
  ];
}

export function limited(q: Queries): SizedPanel {
  const by = [LABEL.requestModel];
  const named = (expression: string) => orWord(expression, LABEL.requestModel, 'no model');
  return graph({
    title: 'Responses 429, by model',
    description:
      'A sudden jump points to a loop without backoff or a batch job. A steady share points to growth.',
    unit: 'locale',
    queries: [
      {
        expr: named(q.bars('attempts', by, ONLY.rateLimited)),
        total: named(q.total('attempts', by, ONLY.rateLimited)),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook(q.config, PRESSURE)],
  });
}

export function crossings(q: Queries): SizedPanel {
  return graph({
    title: 'Drops below 10 %, by limit',
    description: 'Each drop counts once, in the process that saw it.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('rateLimitLow', LIMIT),
        legend: `{{${LABEL.rateLimit}}} {{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook(q.config, PRESSURE)],
  });
}

export function forecast(q: Queries): SizedPanel {
  const remaining = q.metric('rateLimitRemaining');
  const low = `${remaining} < 0.5 * ${q.metric('rateLimitLimit')} and ${q.metric('rateLimitResetTime')} > time()`;
  return graph({
    title: 'Used up in: the 10 soonest',
    description:
      'Time until a limit is used up, up to two hours, if the trend of the last 10 minutes continues. Only limits with less than half left.',
    unit: 's',
    decimals: 0,
    queries: [
      {
        expr: shortly(
          `bottomk(10, min by (${LIMIT.join(', ')}) (\n  (${low})\n  / (-deriv(${remaining}[10m]) > 0)\n) < 7200)`,
        ),
        legend: '{{limit}} {{name}}',
      },
    ],
    noValue: 'Nothing runs out',
    lowestFirst: true,
    ...BY_LIMIT,
    links: [runbook(q.config, PRESSURE)],
  });
}
