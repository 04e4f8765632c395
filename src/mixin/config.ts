/**
 * The settings of the alerts: thresholds, budgets, labels, receivers and URLs. `defineConfig` fills in the defaults and checks what is given;
 * everything that is generated follows from the result. `config-types.ts` explains each setting.
 */
import { checkConfig, type DeepPartial, merge } from './config-check.ts';
import type { AlertConfig, Duration } from './config-types.ts';

export type {
  AlertConfig,
  AttributionBudget,
  BurnWindow,
  Duration,
  Receivers,
  Severity,
} from './config-types.ts';

/** The settings that the committed files are made with. */
export const DEFAULT_CONFIG: AlertConfig = {
  selector: '',
  groupingLabels: ['cluster', 'namespace', 'job'],
  instanceLabels: ['instance'],
  labels: {},
  severities: {},
  disabled: [],
  urls: {
    grafana: 'http://localhost:3000',
    runbooks: 'https://github.com/anthropic-otel/anthropic-otel/blob/main/runbooks',
  },
  lastSeen: '299s',
  keepFiringFor: '5m',
  minimumTraffic: { calls: 20, attempts: 40 },

  authentication: { window: '10m', forgetAfter: '1d' },
  consecutiveServerErrors: { window: '10m', minRatio: 0 },
  errorRate: { ratio: 0.05 },
  retriesExhausted: { allowedCalls: 3, allowedRatio: 0.01 },
  errorBudget: {
    objective: 0.99,
    page: [
      { long: '1h', short: '5m', factor: 14.4 },
      { long: '6h', short: '30m', factor: 6 },
    ],
    ticket: [
      { long: '1d', short: '2h', factor: 3 },
      { long: '3d', short: '6h', factor: 1 },
    ],
    minFailedCalls: 10,
  },
  hanging: {
    factor: 2,
    floorSeconds: 120,
    unknownSeconds: 300,
    retryWaitSeconds: 300,
    processes: 0.25,
    timeoutRatio: 0.2,
  },
  replica: { ratio: 0.5, minFailed: 5, for: '2m' },
  retries: { ratio: 0.05, for: '10m' },
  rateLimit: { ratio: 0.1, headroom: 0.1, headroomFor: '10m' },
  policies: { fallbackRatio: 0.1, queueSeconds: 30, deferredHours: 25, for: '5m' },
  invalidRequests: { ratio: 0.05 },
  latency: { callSeconds: 10, secondsPerToken: 0.05, firstChunkSeconds: 10, for: '10m' },
  spend: { dailyBudgetUsd: 600, attribution: [] },
  stopReasons: {
    reasons: ['refusal', 'max_tokens', 'model_context_window_exceeded'],
    ratio: 0.05,
    factor: 2,
    minCalls: 50,
  },
  cacheHits: { ratio: 0.5, minUsual: 0.2, minTokens: 100_000 },
  retirement: { infoDays: 30, ticketDays: 7 },
  telemetry: { absentFor: '10m', expectedAfter: '4h', allowedErrors: 5, errorWindow: '15m' },
  receivers: { webhook: 'http://alert-receiver:8080' },
};

/**
 * The default settings with `overrides` in their place. Lists are replaced, objects are merged.
 *
 * @throws TypeError that names the setting and what was expected, for an unknown setting or a value that cannot work.
 * @example
 * const config = defineConfig({
 *   labels: { team: 'ai-platform' },
 *   spend: { dailyBudgetUsd: 250 },
 *   urls: { grafana: 'https://grafana.example.com' },
 * });
 */
export function defineConfig(overrides: DeepPartial<AlertConfig> = {}): AlertConfig {
  const config = merge(DEFAULT_CONFIG, overrides, 'config');
  checkConfig(config);
  return config;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A Prometheus duration in seconds. */
export function seconds(duration: Duration): number {
  return Number(duration.slice(0, -1)) * SECONDS[duration.slice(-1) as keyof typeof SECONDS];
}
