/** OpenTelemetry providers and a logger that keep what is recorded, in plain form. */
import type { Attributes } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { LogFields, Logger } from '../src/index.ts';

/** One series of a metric. A histogram has its number of values and their sum. */
export interface Point {
  readonly attributes: Attributes;
  readonly value: number | { readonly count: number; readonly sum: number };
}

/** Every series, by the name of its metric. */
export type Snapshot = ReadonlyMap<string, readonly Point[]>;

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A meter provider, and a way to read what was recorded. */
export function createMeter(): { provider: MeterProvider; collect: () => Promise<Snapshot> } {
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  const collect = async (): Promise<Snapshot> => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw errors[0];
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return new Map(metrics.map((metric) => [metric.descriptor.name, pointsOf(metric)]));
  };
  return { provider, collect };
}

function pointsOf(metric: MetricData): Point[] {
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.map(({ attributes, value: { count, sum = 0 } }) => ({
      attributes,
      value: { count, sum },
    }));
  }
  const points = metric.dataPoints as DataPoint<number>[];
  return points.map(({ attributes, value }) => ({ attributes, value }));
}

/** A tracer provider, and the spans that ended, in the order of their start. */
export function createTracing(sampler?: Sampler): {
  provider: TracerProvider;
  spans: () => ReadableSpan[];
  /** How many spans were started. */
  started: () => number;
} {
  const started: ReadableSpan[] = [];
  const processor: SpanProcessor = {
    onStart: (span) => {
      started.push(span);
    },
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const provider = new TracerProvider({ spanProcessors: [processor], ...(sampler && { sampler }) });
  return { provider, spans: () => started.filter(({ ended }) => ended), started: () => started.length };
}

/** A log record. */
export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger, and the records that it was given. */
export function createLogger(): { logger: Logger; records: LogRecord[] } {
  const records: LogRecord[] = [];
  const at =
    (level: LogRecord['level']) =>
    (message: string, fields: LogFields): void => {
      records.push({ level, message, fields });
    };
  return { logger: { info: at('info'), warn: at('warn'), error: at('error') }, records };
}
