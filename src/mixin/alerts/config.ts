/** What the dashboards read of settings. They move to `../config.ts`, and this file goes. */
import { DEFAULT_CONFIG as DEFAULTS } from '../config.ts';

export type { AlertConfig, Duration } from '../config.ts';
export { seconds } from '../config.ts';

/** The settings, with values that only the dashboards use. */
export const DEFAULT_CONFIG = {
  ...DEFAULTS,
  runbookUrl: DEFAULTS.urls.runbooks,
  targetLabels: ['job', 'instance'] as readonly string[],
  birthGrace: '2m',
  errorRate: { ...DEFAULTS.errorRate, window: '5m', minCalls: DEFAULTS.minimumTraffic.calls },
  retriesExhausted: { ...DEFAULTS.retriesExhausted, window: '5m' },
  headroom: { ratio: DEFAULTS.rateLimit.headroom, window: '5m' },
  exhaustionForecast: { window: '10m', horizon: '10m', below: 0.5 },
  latency: { ...DEFAULTS.latency, quantile: 0.95, factor: 2 },
} as const;
