/** Creates the instruments of the catalogue on a meter. */
import type {
  Counter,
  Histogram,
  Meter,
  MetricOptions,
  ObservableGauge,
  UpDownCounter,
} from '@opentelemetry/api';
import { METRICS, type MetricKey } from './catalogue.ts';

/** The instruments of the catalogue, by the short name of their metric. */
export interface Instruments {
  readonly inferenceDuration: Histogram;
  readonly timeToFirstChunk: Histogram;
  readonly inputTokens: Counter;
  readonly outputTokens: Counter;
  readonly cacheReadTokens: Counter;
  readonly cacheWriteTokens: Counter;
  readonly reasoningTokens: Counter;
  readonly inputTokensPerCall: Histogram;
  readonly outputTokensPerCall: Histogram;
  readonly calls: Counter;
  readonly attempts: Counter;
  readonly attemptDuration: Histogram;
  readonly retryDelay: Histogram;
  readonly retriesExhausted: Counter;
  readonly authenticationFailures: Counter;
  readonly authenticationFailureTime: ObservableGauge;
  readonly serverErrorStreaks: Counter;
  readonly serverErrorStreak: ObservableGauge;
  readonly activeCalls: UpDownCounter;
  readonly rateLimitLimit: ObservableGauge;
  readonly rateLimitRemaining: ObservableGauge;
  readonly rateLimitResetTime: ObservableGauge;
  readonly rateLimitLow: Counter;
  readonly cost: Counter;
  readonly unpricedCalls: Counter;
  readonly startTime: ObservableGauge;
  readonly telemetryErrors: Counter;
  readonly telemetryClients: Counter;
}

type Instrument = Counter | UpDownCounter | Histogram | ObservableGauge;

/** Creates every instrument of the catalogue on `meter`. */
export function createInstruments(meter: Meter): Instruments {
  const made: Partial<Record<MetricKey, Instrument>> = {};
  for (const key of Object.keys(METRICS) as MetricKey[]) made[key] = createInstrument(meter, key);
  return made as Instruments;
}

function createInstrument(meter: Meter, key: MetricKey): Instrument {
  const { name, kind, unit, description, boundaries } = METRICS[key];
  const options: MetricOptions = { unit, description };
  switch (kind) {
    case 'counter':
      return meter.createCounter(name, options);
    case 'up_down_counter':
      return meter.createUpDownCounter(name, options);
    case 'observable_gauge':
      return meter.createObservableGauge(name, options);
    case 'histogram':
      return meter.createHistogram(name, {
        ...options,
        ...(boundaries ? { advice: { explicitBucketBoundaries: [...boundaries] } } : {}),
      });
  }
}
