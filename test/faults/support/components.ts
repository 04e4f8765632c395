/** The parts of telemetry that an application brings, each broken in each way. */
import type { Meter, MeterProvider, TextMapPropagator, Tracer } from '@opentelemetry/api';
import {
  AggregationTemporality,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger, TelemetryOptions } from '../../../src/index.ts';

/** How a step fails. */
export type Fault = 'throws' | 'throws no error' | 'rejects' | 'hangs' | 'is slow' | 'returns garbage';

/** Every fault. */
export const FAULTS: readonly Fault[] = [
  'throws',
  'throws no error',
  'rejects',
  'hangs',
  'is slow',
  'returns garbage',
];

/** Blocks for some milliseconds, as a slow synchronous step does. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** A step that fails. */
export function failing(fault: Fault): (...args: unknown[]) => never {
  const steps: Record<Fault, () => unknown> = {
    throws: () => {
      throw new Error('telemetry is broken');
    },
    'throws no error': () => {
      throw undefined;
    },
    rejects: () => Promise.reject(new Error('telemetry is broken')),
    hangs: () => new Promise(() => {}),
    'is slow': () => block(3),
    'returns garbage': () => 42,
  };
  return steps[fault] as () => never;
}

/** A part of telemetry, broken by `fault`. */
export interface Component {
  readonly name: string;
  /** The signal that is lost with it. The others are recorded whole. */
  readonly costs?: 'spans' | 'logs' | 'metrics';
  /** The faults that its contract leaves to the one who calls it. */
  readonly faults: readonly Fault[];
  readonly make: (fault: Fault) => { telemetry?: TelemetryOptions; propagator?: TextMapPropagator };
}

/** Faults of steps that are synchronous by contract: a promise that they return is not awaited. */
const SYNCHRONOUS: readonly Fault[] = ['throws', 'throws no error', 'hangs', 'is slow', 'returns garbage'];

const tracing = (processor: SpanProcessor, sampler?: Sampler): { telemetry: TelemetryOptions } => ({
  telemetry: {
    tracerProvider: new TracerProvider({ spanProcessors: [processor], ...(sampler && { sampler }) }),
  },
});
const done = async (): Promise<void> => {};
const nothing = (): void => {};

function brokenMeter(step: () => never): Meter {
  const instrument = { add: step, record: step, addCallback: step, removeCallback: step };
  const create = (): typeof instrument => instrument;
  const names = ['Counter', 'UpDownCounter', 'Histogram', 'ObservableGauge', 'ObservableCounter', 'Gauge'];
  return Object.fromEntries(names.map((name) => [`create${name}`, create])) as unknown as Meter;
}

/** Every component. */
export const COMPONENTS: readonly Component[] = [
  {
    name: 'span processor at the start of a span',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => tracing({ onStart: failing(fault), onEnd: nothing, forceFlush: done, shutdown: done }),
  },
  {
    name: 'span processor at the end of a span',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => tracing({ onStart: nothing, onEnd: failing(fault), forceFlush: done, shutdown: done }),
  },
  {
    name: 'span exporter behind a simple processor',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => {
      const exporter: SpanExporter = { export: failing(fault), shutdown: done };
      return tracing(new SimpleSpanProcessor({ exporter }));
    },
  },
  {
    name: 'span exporter behind a batch processor',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => {
      const exporter: SpanExporter = { export: failing(fault), shutdown: done };
      return tracing(new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1, maxExportBatchSize: 1 }));
    },
  },
  {
    name: 'sampler',
    costs: 'spans',
    faults: ['throws', 'throws no error', 'is slow'],
    make: (fault) => {
      const broken = failing(fault);
      const shouldSample: Sampler['shouldSample'] = () => {
        broken();
        return { decision: SamplingDecision.RECORD_AND_SAMPLED };
      };
      const processor = { onStart: nothing, onEnd: nothing, forceFlush: done, shutdown: done };
      return tracing(processor, { shouldSample, toString: () => 'broken' });
    },
  },
  {
    name: 'tracer provider',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => ({ telemetry: { tracerProvider: { getTracer: failing(fault) } } }),
  },
  {
    name: 'tracer',
    costs: 'spans',
    faults: FAULTS,
    make: (fault) => ({
      telemetry: {
        tracerProvider: { getTracer: () => ({ startSpan: failing(fault), startActiveSpan: failing(fault) }) },
      },
    }),
  },
  {
    name: 'span whose methods',
    costs: 'spans',
    faults: SYNCHRONOUS,
    make: (fault) => {
      const tracer = new TracerProvider().getTracer('broken');
      const startSpan: Tracer['startSpan'] = (...args) => {
        const step = failing(fault);
        const methods = { setAttribute: step, setAttributes: step, setStatus: step, end: step };
        return Object.assign(tracer.startSpan(...args), methods);
      };
      return { telemetry: { tracerProvider: { getTracer: () => ({ ...tracer, startSpan }) as Tracer } } };
    },
  },
  {
    name: 'propagator',
    faults: SYNCHRONOUS,
    make: (fault) => ({
      propagator: { inject: failing(fault), extract: (context) => context, fields: () => [] },
    }),
  },
  {
    name: 'logger',
    costs: 'logs',
    faults: FAULTS,
    make: (fault) => {
      const step = failing(fault);
      const logger: Logger = { info: step, warn: step, error: step };
      return { telemetry: { logger } };
    },
  },
  {
    name: 'meter provider',
    costs: 'metrics',
    faults: SYNCHRONOUS,
    make: (fault) => ({ telemetry: { meterProvider: { getMeter: failing(fault) } as MeterProvider } }),
  },
  {
    name: 'instruments of a meter',
    costs: 'metrics',
    faults: SYNCHRONOUS,
    make: (fault) => ({ telemetry: { meterProvider: { getMeter: () => brokenMeter(failing(fault)) } } }),
  },
  {
    name: 'metric exporter',
    costs: 'metrics',
    faults: SYNCHRONOUS,
    make: (fault) => {
      const exporter = {
        export: failing(fault),
        selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
        forceFlush: done,
        shutdown: done,
      };
      const reader = new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: 20,
        exportTimeoutMillis: 10,
      });
      return { telemetry: { meterProvider: new SdkMeterProvider({ readers: [reader] }) } };
    },
  },
];
