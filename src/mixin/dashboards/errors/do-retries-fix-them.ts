/** Errors: do retries fix them? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { amplification, ERROR_TYPES, ONLY } from '../lib/signals.ts';
import { NO_DATA } from '../lib/style.ts';
import { failedBy } from './failed-by.ts';

export function retriedOrFinal(q: Queries): SizedPanel {
  return failedBy(
    q,
    'Failed attempts: retried or final',
    'retried: the SDK tried again. final: the call failed. canceled: the application aborted.',
    LABEL.disposition,
    { colored: ['retried', 'final', 'canceled'] },
  );
}

export function exhausted(q: Queries): SizedPanel {
  const { allowedCalls, allowedRatio } = q.config.retriesExhausted;
  return graph({
    title: 'Calls out of retries, by model',
    description: `The SLA budget is ${allowedCalls} in 5 minutes, or ${allowedRatio * 100} % of the calls where that is more.`,
    unit: 'locale',
    queries: [
      {
        ...q.counted('retriesExhausted', [LABEL.requestModel]),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook(q.config, 'AnthropicRetriesExhausted')],
  });
}

export function repeated(q: Queries): SizedPanel {
  return graph({
    title: 'Retry loops around the SDK, by model',
    description:
      'Calls that repeat, within a minute, a call that had already failed after its own retries. Two retry loops multiply the load: keep only one.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('repeatedCalls', [LABEL.requestModel]),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook(q.config, 'AnthropicRetriesExhausted')],
    width: 24,
  });
}

export function amplified(q: Queries): SizedPanel {
  return graph({
    title: 'Attempts per call, by model',
    description: 'Retry amplification: 1 is no retries.',
    unit: 'short',
    decimals: 2,
    queries: [
      {
        expr: orWord(amplification(q, [LABEL.requestModel]), LABEL.requestModel, 'no model'),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    softMax: 2,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
  });
}

export function delay(q: Queries): SizedPanel {
  return graph({
    title: 'Wait before a retry: p95, by cause',
    description:
      "The SDK's backoff, or what retry-after asked for. Estimated within the buckets of the histogram (0.1, 0.25, 0.5, 1, 2 s ...).",
    unit: 's',
    queries: [{ expr: q.quantile(0.95, 'retryDelay', [LABEL.errorType]), legend: `{{${LABEL.errorType}}}` }],
    noValue: NO_DATA.zero,
    colored: ERROR_TYPES,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
  });
}

export function waiting(q: Queries): SizedPanel {
  return graph({
    title: 'Time spent waiting for retries, by cause',
    description: 'Seconds of waiting per second: 2 means that on average two calls are waiting.',
    unit: 's',
    queries: [
      { expr: q.histogramRate('retryDelay', 'sum', [LABEL.errorType]), legend: `{{${LABEL.errorType}}}` },
    ],
    noValue: NO_DATA.zero,
    stacked: true,
    colored: ERROR_TYPES,
    links: [runbook(q.config, 'AnthropicRetriesElevated')],
  });
}

export function interrupted(q: Queries): SizedPanel {
  return graph({
    title: 'Interrupted streams, by error type',
    description: 'Streams that began with status 200 and then broke off. The user sees half a response.',
    unit: 'locale',
    queries: [
      {
        expr: q.bars('attempts', [LABEL.errorType], ONLY.interrupted),
        total: q.total('attempts', [LABEL.errorType], ONLY.interrupted),
        legend: `{{${LABEL.errorType}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: ERROR_TYPES,
    links: [runbook(q.config, 'AnthropicHighErrorRate')],
  });
}
