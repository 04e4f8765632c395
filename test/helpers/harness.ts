/** Everything that a test needs: the test API, a client with telemetry, and what the telemetry recorded. */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { type Attributes, context, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, Sampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { onTestFinished } from 'vitest';
import { createLogger, createMeter, createTracing, type LogRecord, type Point } from '../../dev/telemetry.ts';
import { type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import { type Telemetry, telemetryFor } from '../../src/telemetry.ts';
import {
  type AnthropicServer,
  type AnthropicServerOptions,
  startAnthropicServer,
} from '../../src/testing/index.ts';

/** The model of the requests, and a small valid request. */
export const MODEL = 'claude-opus-5-5';
export const HELLO: MessageCreateParamsNonStreaming = {
  model: MODEL,
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
};

/** Settings of a harness. */
export interface HarnessOptions {
  /** Options of the telemetry, beside the harness's own providers and logger. */
  readonly telemetry?: TelemetryOptions;
  readonly client?: ClientOptions;
  readonly server?: AnthropicServerOptions;
  readonly sampler?: Sampler;
  /** Whether a context manager is registered. */
  readonly contextManager?: boolean;
}

/** A running harness. It ends with the test. */
export interface Harness {
  readonly server: AnthropicServer;
  readonly client: Anthropic;
  readonly telemetry: Telemetry;
  readonly telemetryOptions: TelemetryOptions;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  /** A client of the same telemetry with other client options. */
  newClient(options?: ClientOptions): Anthropic;
  /** Every series of a metric, sorted, without counters at zero. */
  points(name: string): Promise<Point[]>;
  /** The series of every metric, by name, those at zero included. */
  allPoints(): Promise<ReadonlyMap<string, readonly Point[]>>;
  /** The sum over the series of `name` whose attributes include `attributes`; of a histogram, their count. */
  metric(name: string, attributes?: Attributes): Promise<number>;
  /** The spans that have ended, in the order of their start. */
  spans(): ReadableSpan[];
  /** The spans of attempts. */
  attemptSpans(): ReadableSpan[];
  /** The SDK's spans of calls. */
  callSpans(): ReadableSpan[];
  logs(): readonly LogRecord[];
  /** The names of the events that were logged. */
  events(): unknown[];
}

/** Starts a test API and a client with telemetry that talks to it. Retries do not wait. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  if (options.contextManager !== false) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    onTestFinished(() => context.disable());
  }
  const server = await startAnthropicServer({ retryAfterMs: 1, ...options.server });
  onTestFinished(() => server.close());
  const meter = createMeter();
  const tracing = createTracing(options.sampler);
  const { logger, records } = createLogger();
  const telemetryOptions: TelemetryOptions = {
    meterProvider: meter.provider,
    tracerProvider: tracing.provider,
    logger,
    ...options.telemetry,
  };
  const newClient = (more: ClientOptions = {}): Anthropic =>
    new Anthropic(
      withTelemetry(
        { baseURL: server.url, apiKey: 'test-key', logLevel: 'off' as const, ...options.client, ...more },
        telemetryOptions,
      ),
    );
  const points = async (name: string): Promise<Point[]> =>
    [...((await meter.collect()).get(name) ?? [])]
      .filter(({ value }) => value !== 0)
      .sort((a, b) => sortKey(a).localeCompare(sortKey(b)));
  const { spans } = tracing;
  const isAttempt = (span: ReadableSpan): boolean => span.instrumentationScope.name === 'anthropic-otel';
  return {
    server,
    client: newClient(),
    telemetry: telemetryFor(telemetryOptions),
    telemetryOptions,
    tracerProvider: tracing.provider,
    meterProvider: meter.provider,
    newClient,
    points,
    allPoints: meter.collect,
    metric: async (name, attributes = {}) =>
      sum((await points(name)).filter((point) => includes(point.attributes, attributes))),
    spans,
    attemptSpans: () => spans().filter(isAttempt),
    callSpans: () => spans().filter((span) => span.kind === SpanKind.CLIENT && !isAttempt(span)),
    logs: () => records,
    events: () => records.map(({ fields }) => fields['event']),
  };
}

/** What a promise was rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected a rejection');
}

/** Everything that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `attributes` as text, equal for equal attributes. */
export function keyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sortKey(point: Point): string {
  return keyOf(point.attributes);
}

function sum(points: readonly Point[]): number {
  return points.reduce((total, { value }) => total + (typeof value === 'number' ? value : value.count), 0);
}

function includes(attributes: Attributes, wanted: Attributes): boolean {
  return Object.entries(wanted).every(([key, value]) => attributes[key] === value);
}
