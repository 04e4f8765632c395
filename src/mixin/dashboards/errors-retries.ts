/** Errors: what the retries make of them. */
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { failedBy } from './failed-by.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph } from './panels.ts';
import { histogram, LABEL, named, perBar, quantile } from './queries.ts';
import { amplification, ERROR_TYPES, ONLY } from './signals.ts';
import { NO_DATA, runbook } from './style.ts';

export function retriedOrFinal(): SizedPanel {
  return failedBy(
    'Failed attempts: retried or final',
    'retried: the SDK tried again. final: the call failed. canceled: the application let go.',
    LABEL.disposition,
    { colored: ['retried', 'final', 'canceled'] },
  );
}

export function exhausted(): SizedPanel {
  return graph({
    title: 'Calls out of retries, by model',
    description: `The SLA budget is ${DEFAULT_CONFIG.retriesExhausted.allowedCalls} in ${DEFAULT_CONFIG.retriesExhausted.window}, or ${DEFAULT_CONFIG.retriesExhausted.allowedRatio * 100} % of the calls where that is more.`,
    unit: 'locale',
    queries: [
      {
        expr: `${perBar('retriesExhausted', [LABEL.requestModel])} > 0`,
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook('AnthropicRetriesExhausted'), runbook('AnthropicErrorBudgetBurningSlow')],
  });
}

export function amplified(): SizedPanel {
  return graph({
    title: 'Attempts per call, by model',
    description: 'Retry amplification: 1 is no retries.',
    unit: 'short',
    decimals: 2,
    queries: [
      {
        expr: named(amplification([LABEL.requestModel]), LABEL.requestModel, 'no model'),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
  });
}

export function delay(): SizedPanel {
  return graph({
    title: 'Wait before a retry: p95, by cause',
    description: 'The backoff of the SDK, or what retry-after asked for.',
    unit: 's',
    queries: [{ expr: quantile(0.95, 'retryDelay', [LABEL.errorType]), legend: `{{${LABEL.errorType}}}` }],
    noValue: NO_DATA.zero,
    colored: ERROR_TYPES,
  });
}

export function waiting(): SizedPanel {
  return graph({
    title: 'Time spent waiting for retries, by cause',
    description: 'Seconds of waiting in each second: 2 means that two calls are always asleep.',
    unit: 's',
    queries: [
      {
        expr: `sum by (${LABEL.errorType}) (rate(${histogram('retryDelay', 'sum')}[$__rate_interval]))`,
        legend: `{{${LABEL.errorType}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    stacked: true,
    colored: ERROR_TYPES,
  });
}

export function interrupted(): SizedPanel {
  return graph({
    title: 'Interrupted streams, by error type',
    description: 'Streams that began with status 200 and broke: the user sees half an answer.',
    unit: 'locale',
    queries: [
      { expr: perBar('attempts', [LABEL.errorType], ONLY.interrupted), legend: `{{${LABEL.errorType}}}` },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: ERROR_TYPES,
    links: [runbook('AnthropicRetriesElevated')],
  });
}
