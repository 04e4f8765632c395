/** Latency: how slow are the calls? */
import { ATTR } from '../../../signals/names.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { heatmap, stat } from '../lib/panels.ts';
import { type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { NEUTRAL, NO_DATA } from '../lib/style.ts';

/** Matches successful calls, because a fast error must not make the API look fast. */
export const OK = { [ATTR.errorType]: '' };
/** The quantiles that are shown. */
export const QUANTILES = [0.5, 0.95, 0.99] as const;
const ESTIMATE = ' Estimated within a bucket that is twice as wide as the one before it.';

export function numbers(q: Queries): SizedPanel[] {
  const number = (title: string, description: string, expr: string, unit = 's', decimals?: number) =>
    stat({
      title,
      description,
      unit,
      ...(decimals !== undefined && { decimals }),
      queries: [{ expr, legend: title, instant: true }],
      noValue: NO_DATA.traffic,
      thresholds: NEUTRAL,
      links: [runbook(q.config, 'AnthropicSlowCalls')],
      width: 3,
    });
  const call = 'Successful calls, with all their attempts and the reading of the stream.';
  const sum = (key: 'retryDelay' | 'attemptDuration') => q.histogramTotal(key, 'sum', []);
  const mean = `${q.histogramTotal('inferenceDuration', 'sum', [], OK)}\n/ (${q.histogramTotal('inferenceDuration', 'count', [], OK)} > 0)`;
  return [
    number('Call, mean', `${call} Exact.`, mean),
    ...QUANTILES.map((phi) =>
      number(`Call, ≈ p${phi * 100}`, call + ESTIMATE, q.rangeQuantile(phi, 'inferenceDuration', [], OK)),
    ),
    number(
      'Attempt, ≈ p95',
      `One HTTP request, without the waits between attempts.${ESTIMATE}`,
      q.rangeQuantile(0.95, 'attemptDuration', [], OK),
    ),
    ...([0.5, 0.95] as const).map((phi) =>
      number(
        `1st chunk, ≈ p${phi * 100}`,
        `From the start of the last attempt of a stream to its first content.${ESTIMATE}`,
        q.rangeQuantile(phi, 'timeToFirstChunk', []),
      ),
    ),
    number(
      'Retry waits',
      'Share of the total time (attempts and the waits between them) that was spent on backoff and retry-after.',
      `1 / (\n1 + ${sum('attemptDuration')}\n/ ${sum('retryDelay')}\n) >= 0\nor on () 0 * (\n${sum('attemptDuration')}\n> 0)`,
      'percentunit',
      1,
    ),
  ];
}

export function quantiles(q: Queries): SizedPanel {
  return graph({
    title: 'Duration of calls: p50, p95, p99',
    description: `Successful calls of all models that are chosen, with all their attempts.${ESTIMATE}`,
    unit: 's',
    queries: QUANTILES.map((phi) => ({
      expr: q.quantile(phi, 'inferenceDuration', [], OK),
      legend: `≈ p${phi * 100}`,
      exemplar: true,
    })),
    noValue: NO_DATA.traffic,
    colored: QUANTILES.map((phi) => `≈ p${phi * 100}`),
    links: [runbook(q.config, 'AnthropicSlowCalls')],
    width: 12,
  });
}

/** Bucket bounds. Counts at these bounds are exact, unlike quantiles. */
const BOUNDS = ['1.28', '5.12', '20.48', '81.92'] as const;

export function bounds(q: Queries): SizedPanel {
  const within = (le: string) => q.histogramRate('inferenceDuration', 'bucket', [], OK, le);
  return graph({
    title: 'Share of the calls within a time (exact)',
    description:
      'The share of successful calls that took at most this long. Exact: these are the bounds of the buckets.',
    unit: 'percentunit',
    max: 1,
    queries: BOUNDS.map((le) => ({
      expr: share(within(le), within('+Inf')),
      legend: `≤ ${Number(le)} s`,
    })),
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicSlowCalls')],
    width: 12,
  });
}

function durations(
  q: Queries,
  title: string,
  description: string,
  key: 'inferenceDuration' | 'attemptDuration',
): SizedPanel {
  return heatmap({
    title,
    description,
    unit: 's',
    queries: [
      { expr: q.histogramRate(key, 'bucket', ['le']), legend: '{{le}}', format: 'heatmap', exemplar: true },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicSlowCalls')],
  });
}

export function callHeatmap(q: Queries): SizedPanel {
  return durations(
    q,
    'Calls, by duration',
    'All calls that generate a response, with their attempts, waits and streams. Dots are exemplars that link to a trace.',
    'inferenceDuration',
  );
}

export function attemptHeatmap(q: Queries): SizedPanel {
  return durations(
    q,
    'Attempts, by duration',
    'The time of the network and the API. If calls are slow and attempts are not, retries cause the delay.',
    'attemptDuration',
  );
}

/** By model, for graphs. */
export const MODEL: readonly string[] = [LABEL.requestModel];
