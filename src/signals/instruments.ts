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
import type { MetricDefinition, MetricKind } from './metric-definition.ts';

/** The instrument type of each kind of metric. */
interface InstrumentOf {
  readonly counter: Counter;
  readonly up_down_counter: UpDownCounter;
  readonly observable_gauge: ObservableGauge;
  readonly histogram: Histogram;
}

/** The instruments of the catalogue, by the short name of their metric. */
export type Instruments = { readonly [Key in MetricKey]: InstrumentOf[(typeof METRICS)[Key]['kind']] };

/** Creates every instrument of the catalogue on `meter`. */
export function createInstruments(meter: Meter): Instruments {
  const create = ([key, definition]: [string, MetricDefinition]) => [
    key,
    createInstrument(meter, definition),
  ];
  return Object.fromEntries(Object.entries(METRICS).map(create));
}

function createInstrument(
  meter: Meter,
  { name, kind, unit, description, boundaries }: MetricDefinition,
): InstrumentOf[MetricKind] {
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
