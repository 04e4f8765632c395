/** Latency: where does the time go? */
import { ATTR } from '../../../signals/names.ts';
import { not } from '../../alerts/promql.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ERROR_TYPES } from '../lib/signals.ts';
import { COLORS, NO_DATA } from '../lib/style.ts';
import { MODEL, OK } from './how-slow.ts';

export function callsAndAttempts(q: Queries): SizedPanel {
  const p95 = (name: string, key: 'inferenceDuration' | 'attemptDuration') => ({
    expr: q.quantile(0.95, key, MODEL, OK),
    legend: `${name} {{${LABEL.requestModel}}}`,
    exemplar: true,
  });
  return graph({
    title: 'p95 of calls and of attempts, by model',
    description:
      'Successful calls and attempts. A call that is slower than its attempts waits for retries. Estimated within the buckets of the histogram.',
    unit: 's',
    queries: [p95('call', 'inferenceDuration'), p95('attempt', 'attemptDuration')],
    dashed: '/^attempt/',
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicSlowCalls')],
    width: 12,
  });
}

export function backoff(q: Queries): SizedPanel {
  const waited = q.histogramRate('retryDelay', 'sum', MODEL);
  const tried = q.histogramRate('attemptDuration', 'sum', MODEL);
  // Not a share of the calls' time, which is known only when they end. A wait before that would exceed 100%.
  return graph({
    title: 'Time lost to retry waits, by model',
    description:
      'The share of the total time (attempts and the waits between them) that is backoff. Half means that retries double the latency.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: `1 / (1 + ${tried} / ${waited}) >= 0\nor 0 * (${tried} > 0)`,
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
    width: 12,
  });
}

export function byError(q: Queries): SizedPanel {
  return graph({
    title: 'p95 of failed attempts, by error type',
    description:
      'How long attempts take to fail. Timeouts appear at the configured timeout; overload usually fails at once. Estimated within the buckets of the histogram.',
    unit: 's',
    queries: [
      {
        expr: q.quantile(0.95, 'attemptDuration', [LABEL.errorType], { [ATTR.errorType]: not('') }),
        legend: `{{${LABEL.errorType}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    colored: ERROR_TYPES,
    links: [runbook(q.config, 'AnthropicCallsHanging')],
  });
}

export function sizes(q: Queries): SizedPanel {
  return graph({
    title: 'Tokens of a call: median and p95',
    description:
      'Long responses take longer. Prompts that grow with every turn show up here first. Estimated within buckets, each four times as wide as the one before.',
    unit: 'short',
    queries: [0.5, 0.95].flatMap((phi) => [
      { expr: q.quantile(phi, 'inputTokensPerCall', []), legend: `input ≈ p${phi * 100}` },
      { expr: q.quantile(phi, 'outputTokensPerCall', []), legend: `output ≈ p${phi * 100}` },
    ]),
    noValue: NO_DATA.traffic,
    coloredBy: { '/^input/': COLORS['input'] as string, '/^output/': COLORS['output'] as string },
    dashed: '/p50$/',
    links: [runbook(q.config, 'AnthropicSlowCalls')],
  });
}

export function active(q: Queries): SizedPanel {
  return graph({
    title: 'Calls in progress, by model',
    description: 'Slow calls pile up here.',
    unit: 'short',
    queries: [
      {
        expr: orWord(
          `sum by (${LABEL.requestModel}) (${q.metric('activeCalls')})`,
          LABEL.requestModel,
          'no model',
        ),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    stacked: true,
    links: [runbook(q.config, 'AnthropicCallsHanging')],
  });
}
