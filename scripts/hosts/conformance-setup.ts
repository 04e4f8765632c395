/** The OpenTelemetry of a cell's process: a NodeSDK that keeps what is recorded, and the instrumentation unless it is a bundle. */

import { type DataPoint, type Histogram, MetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AnthropicInstrumentation } from '../../src/instrumentation/index.ts';
import type { Recorded } from './conformance.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The metrics that are compared, by their short names, with the attributes that distinguish their series. */
const METRICS: Readonly<Record<string, readonly [name: string, ...attributes: string[]]>> = {
  'anthropic.client.calls': ['calls', 'anthropic.outcome', 'error.type'],
  'anthropic.client.attempts': ['attempts', 'anthropic.attempt.disposition'],
  'anthropic.client.retries_exhausted': ['exhausted'],
  'anthropic.client.active_calls': ['active'],
  'anthropic.telemetry.errors': ['telemetry errors'],
  'gen_ai.client.inference.usage.input_tokens': ['input'],
  'gen_ai.client.inference.usage.output_tokens': ['output'],
};
const STATUS = ['unset', 'ok', 'error'];

/** A span, as far as it is counted. */
interface EndedSpan {
  readonly name: string;
  readonly status: { readonly code: number };
}

/** Starts the NodeSDK. */
export function start(instrumented: boolean): Recorded {
  const reader = new Reader();
  let spans: EndedSpan[] = [];
  const keep = {
    onStart() {},
    onEnd(span: EndedSpan) {
      spans.push(span);
    },
    async forceFlush() {},
    async shutdown() {},
  };
  new NodeSDK({
    instrumentations: instrumented ? [new AnthropicInstrumentation()] : [],
    metricReaders: [reader],
    spanProcessors: [keep],
    logRecordProcessors: [],
  }).start();
  return {
    async counts() {
      const counts: Record<string, number> = {};
      const { resourceMetrics } = await reader.collect();
      for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(
        ({ metrics }) => metrics,
      )) {
        const [name, ...attributes] = METRICS[descriptor.name] ?? [];
        if (name === undefined) continue;
        for (const point of dataPoints as DataPoint<number | Histogram>[]) {
          const values = attributes.map((attribute) => point.attributes[attribute]).filter(Boolean);
          const key = values.length > 0 ? `${name}{${values.join(' ')}}` : name;
          counts[key] = (counts[key] ?? 0) + (point.value as number);
        }
      }
      return counts;
    },
    spans() {
      const counts: Record<string, number> = {};
      for (const { name, status } of spans) {
        const key = `${name.startsWith('anthropic.') ? 'call' : 'attempt'} ${STATUS[status.code]}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
      return counts;
    },
    reset() {
      spans = [];
    },
  };
}
