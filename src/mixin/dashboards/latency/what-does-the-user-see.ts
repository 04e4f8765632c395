/** Latency: what does the user see? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { NO_DATA } from '../lib/style.ts';
import { MODEL, OK } from './how-slow.ts';

export function firstChunk(q: Queries): SizedPanel {
  return graph({
    title: 'Time to the first chunk, by model',
    description:
      'How long the reader of a stream waits for the first content. Estimated within the buckets of the histogram.',
    unit: 's',
    queries: [0.5, 0.95].map((phi) => ({
      expr: q.quantile(phi, 'timeToFirstChunk', MODEL),
      legend: `≈ p${phi * 100} {{${LABEL.requestModel}}}`,
      exemplar: true,
    })),
    dashed: '/p50/',
    noValue: 'No streams',
    links: [runbook(q.config, 'AnthropicSlowCalls')],
    width: 12,
  });
}

export function speed(q: Queries): SizedPanel {
  return graph({
    title: 'Output tokens per second of a call, by model',
    description:
      'Output tokens, including thinking, divided by the duration of the calls that did not fail. Both belong to the model that was requested.',
    unit: 'short',
    decimals: 1,
    queries: [
      {
        expr: share(
          q.histogramRate('outputTokensPerCall', 'sum', MODEL, OK),
          q.histogramRate('inferenceDuration', 'sum', MODEL, OK),
        ),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicSlowCalls')],
    width: 12,
  });
}

export function waiting(q: Queries): SizedPanel {
  return graph({
    title: 'Oldest open call, by model and phase',
    description: `Of calls that are not finished yet, by what they wait for. AnthropicCallsHanging fires above ${q.config.hanging.floorSeconds} s and ${q.config.hanging.factor} times the p99 of the model.`,
    unit: 's',
    queries: [
      {
        expr: `topk(10, max by (${LABEL.requestModel}, ${LABEL.callPhase}) (${q.metric('oldestCallAge')}) > 0)`,
        legend: `{{${LABEL.callPhase}}} {{${LABEL.requestModel}}}`,
      },
    ],
    dashed: '/^(first_byte|retry_wait)/',
    noValue: 'No open call',
    links: [runbook(q.config, 'AnthropicCallsHanging')],
    width: 24,
  });
}
