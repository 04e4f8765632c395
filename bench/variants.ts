/** What is measured: the SDK alone, with its own tracing, with this package, and with the bare cost of the same records. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { type Attributes, context, type Meter, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { withTelemetry } from '../dist/index.mjs';
import { METRICS, type MetricKey } from '../src/signals/catalogue.ts';
import { createInstruments } from '../src/signals/instruments.ts';

/** Makes the client of a variant. `fetch` responds to its calls. */
export type MakeClient = (
  fetch: ClientOptions['fetch'],
) => Promise<{ client: Anthropic; after?: () => void }>;

const OPTIONS = { apiKey: 'k', baseURL: 'http://127.0.0.1:1', logLevel: 'off' } as const;
/** Takes spans and drops them: exporters are not what is measured. */
const DROP: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

type OpenTelemetry = { readonly tracerProvider: TracerProvider; readonly meterProvider: MeterProvider };
let registered: OpenTelemetry | undefined;

/** One set of providers for all variants of a process. */
function openTelemetry(): OpenTelemetry {
  if (registered) return registered;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracerProvider = new TracerProvider({ spanProcessors: [DROP] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  registered = { tracerProvider, meterProvider };
  return registered;
}

/** Variants that need the packages of `bench/peers`, each beside the SDK's own tracing, as its users have it. */
export const PEERS: Readonly<Record<string, MakeClient>> = {
  async arize(fetch) {
    const { tracerProvider } = openTelemetry();
    const { AnthropicInstrumentation } = peer('@arizeai/openinference-instrumentation-anthropic');
    new AnthropicInstrumentation({ tracerProvider }).manuallyInstrument(Anthropic);
    return { client: new Anthropic({ ...OPTIONS, fetch }) };
  },
  async openlit(fetch) {
    const { tracerProvider } = openTelemetry();
    // Neither is exported by name; the paths are those of the pinned version.
    const part = (path: string): string =>
      fileURLToPath(new URL(`./peers/node_modules/openlit/dist/${path}`, import.meta.url));
    const { default: config } = peer(part('config.js'));
    config.updateConfig({ applicationName: 'bench', environment: 'bench', pricingJson: {} });
    const { default: Instrumentation } = peer(part('instrumentation/anthropic/index.js'));
    const instrumentation = new Instrumentation();
    instrumentation.setTracerProvider(tracerProvider);
    instrumentation.manualPatch({ Anthropic });
    return { client: new Anthropic({ ...OPTIONS, fetch }) };
  },
};

// biome-ignore lint/suspicious/noExplicitAny: other packages, whose types are not installed here.
function peer(name: string): any {
  return createRequire(new URL('./peers/package.json', import.meta.url))(name);
}

/** Every variant of this package, by name. */
export const VARIANTS: Readonly<Record<string, MakeClient>> = {
  /** The SDK without any telemetry. */
  async bare(fetch) {
    return { client: new Anthropic({ ...OPTIONS, fetch, openTelemetry: false }) };
  },
  /** The SDK's own tracing. */
  async native(fetch) {
    openTelemetry();
    return { client: new Anthropic({ ...OPTIONS, fetch }) };
  },
  /** The same with a middleware that does nothing: what the SDK takes for the adapter that this package uses. */
  async middleware(fetch) {
    openTelemetry();
    const middleware = [(request: unknown, next: (request: unknown) => unknown) => next(request)];
    return { client: new Anthropic({ ...OPTIONS, fetch, middleware: middleware as never }) };
  },
  /** This package: metrics and attempt spans. */
  async 'anthropic-otel'(fetch) {
    openTelemetry();
    return { client: new Anthropic(withTelemetry({ ...OPTIONS, fetch })) };
  },
  /** The same with log records, into a logger that drops them. */
  async 'anthropic-otel+logs'(fetch) {
    openTelemetry();
    const drop = (): void => {};
    const logger = { info: drop, warn: drop, error: drop };
    return { client: new Anthropic(withTelemetry({ ...OPTIONS, fetch }, { logger })) };
  },
  /** The SDK's own tracing, and after each call the records that this package makes, with their attributes ready. */
  async records(fetch) {
    const { tracerProvider, meterProvider } = openTelemetry();
    const client = new Anthropic({ ...OPTIONS, fetch });
    const replay = await recordsOfOneCall(meterProvider);
    const tracer = tracerProvider.getTracer('bench');
    const attributes = { 'http.request.method': 'POST', 'url.full': 'http://127.0.0.1:1/v1/messages' };
    const after = (): void => {
      const span = tracer.startSpan('POST', { attributes });
      replay();
      span.setAttributes({ 'http.response.status_code': 200, 'anthropic.request.id': 'req_1' });
      span.end();
    };
    return { client, after };
  },
};

/** This package without attempt spans, to show what these hold. */
export const WITHOUT_ATTEMPT_SPANS: MakeClient = async (fetch) => {
  openTelemetry();
  return { client: new Anthropic(withTelemetry({ ...OPTIONS, fetch }, { attemptSpans: false })) };
};

/** What this package records for one JSON call, as a function that records it again. */
async function recordsOfOneCall(meterProvider: MeterProvider): Promise<() => void> {
  const { SCENARIOS, stubFetch } = await import('./scenarios.ts');
  const json = SCENARIOS[0]!;
  const real = createInstruments(meterProvider.getMeter('bench'));
  const names = new Map<string, MetricKey>(
    Object.entries(METRICS).map(([key, { name }]) => [name, key as MetricKey]),
  );
  let records: (() => void)[] = [];
  const callbacks: ((result: object) => void)[] = [];
  const spy = (name: string): object => {
    const instrument = real[names.get(name)!] as unknown as Record<
      string,
      (value: number, attributes: Attributes) => void
    >;
    const note = (method: string) => (value: number, attributes: Attributes) => {
      records.push(() => instrument[method]!(value, attributes));
    };
    const addCallback = (callback: (result: object) => void): void => void callbacks.push(callback);
    return { add: note('add'), record: note('record'), addCallback };
  };
  const meter = new Proxy({} as Meter, { get: () => spy });
  const telemetry = { meterProvider: { getMeter: () => meter } };
  const client = new Anthropic(withTelemetry({ ...OPTIONS, fetch: stubFetch(json.replies) }, telemetry));
  await json.run(client);
  const collect = (): void => {
    for (const callback of callbacks) callback({ observe() {} });
  };
  // The first call also makes series at zero; the second is what a call costs.
  collect();
  records = [];
  await json.run(client);
  collect();
  const once = records;
  return () => {
    for (const record of once) record();
  };
}
