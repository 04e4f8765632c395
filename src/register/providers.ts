/**
 * The OpenTelemetry providers of `register`. They are created on first use, so that a process without a client has no cost. They
 * never replace another OpenTelemetry SDK, whichever starts first:
 *
 * - Metrics have their own provider, which is not registered. The endpoint serves it regardless of other OpenTelemetry SDKs in the
 *   process.
 * - Spans use the tracer provider that is registered when a call starts. If there is none, and an `OTEL_*` variable requests spans, a
 *   NodeSDK is started for them and unregistered from the API again, so that another SDK can register later.
 * - Log records work in the same way. No context manager and no propagator is registered.
 */
import * as api from '@opentelemetry/api';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { SCOPE_NAME, VERSION } from '../signals/scope.ts';
import { createTextReader, type TextReader } from './endpoint/exporter.ts';
import { createPushReaders } from './metric-readers.ts';
import { resourceOf } from './resource.ts';
import { requireFromSdk, requireSdk } from './sdk-packages.ts';
import type { RegisterSettings } from './settings.ts';
import { isRegistered } from './unobserved-clients.ts';

/** The parts of OpenTelemetry's logger API that are used here. */
export interface OtelLogger {
  emit(record: object): void;
}

/** A provider, or the API's proxy for one. */
interface Provider {
  forceFlush?(): Promise<void>;
  getDelegate?(): Provider;
  setDelegate?(delegate: unknown): void;
}

type LoggerProvider = Provider & { getLogger(name: string, version?: string): OtelLogger };

interface LogsApi {
  getLoggerProvider(): LoggerProvider;
  disable(): void;
}

/** Part of `@opentelemetry/api` since 1.10, and a separate package before. */
const logs = (api as { logs?: LogsApi }).logs ?? logsOfOlderApi();

function logsOfOlderApi(): LogsApi | undefined {
  try {
    return requireFromSdk('@opentelemetry/api-logs')['logs'] as LogsApi;
  } catch {
    return undefined;
  }
}

/** The providers that `settings` request. */
export class Providers {
  /** Used only for the metrics of this package. */
  readonly meterProvider: api.MeterProvider = { getMeter: (...scope) => this.#meters().getMeter(...scope) };
  /** Whether anything is pushed, and so must be flushed before the process ends. */
  readonly pushes: boolean;
  readonly #settings: RegisterSettings;
  readonly #warn: (message: string) => void;
  readonly #onFreed: () => void;
  #text: TextReader | undefined;
  #ownMeters: (api.MeterProvider & Provider) | undefined;
  #ownTracers: (api.TracerProvider & Provider) | undefined;
  #ownLoggers: LoggerProvider | undefined;
  #started = false;

  /**
   * @param warn - called with what is not available
   * @param onFreed is called when the tracer provider's slot in the API was taken and is free again
   */
  constructor(settings: RegisterSettings, warn: (message: string) => void, onFreed: () => void) {
    const { metrics, traces, logs: records } = settings;
    this.#settings = settings;
    this.#warn = warn;
    this.#onFreed = onFreed;
    this.pushes = Boolean(metrics.otlp || metrics.console || traces || records);
  }

  /** The current destination of spans. */
  tracerProvider(): api.TracerProvider {
    this.#startSdk();
    return registered(api.trace.getTracerProvider()) ?? this.#ownTracers ?? NO_TRACERS;
  }

  /** The current destination of log records. */
  logger(): OtelLogger | undefined {
    this.#startSdk();
    return (registered(logs?.getLoggerProvider()) ?? this.#ownLoggers)?.getLogger(SCOPE_NAME, VERSION);
  }

  /** The metrics in the Prometheus text format. */
  async text(): Promise<string> {
    this.#meters();
    return (await this.#text?.collect()) ?? '';
  }

  /** Exports all pending telemetry. The process may continue afterwards. The exporters report failures. */
  async flush(): Promise<void> {
    const providers: readonly (Provider | undefined)[] = [
      this.#ownMeters,
      this.#ownTracers,
      this.#ownLoggers,
      registered(api.trace.getTracerProvider() as Provider),
      registered(logs?.getLoggerProvider()),
    ];
    await Promise.allSettled(providers.map(async (provider) => provider?.forceFlush?.()));
  }

  #meters(): api.MeterProvider {
    if (this.#ownMeters) return this.#ownMeters;
    const { MeterProvider } = requireFromSdk('@opentelemetry/sdk-metrics') as {
      MeterProvider: new (options: object) => api.MeterProvider;
    };
    const { metrics } = this.#settings;
    this.#text = metrics.prometheus && createTextReader();
    const readers = [...(this.#text ? [this.#text.reader] : []), ...createPushReaders(metrics)];
    this.#ownMeters = new MeterProvider({ resource: resourceOf(process.env), readers });
    return this.#ownMeters;
  }

  /**
   * Starts a NodeSDK for the requested signals that no other SDK exports. It starts once, at the first call, because by then the
   * application has set up its own SDK.
   */
  #startSdk(): void {
    if (this.#started) return;
    this.#started = true;
    const traces = this.#settings.traces && !registered(api.trace.getTracerProvider());
    const registeredBefore = registered(logs?.getLoggerProvider()) !== undefined;
    const records = this.#settings.logs && !registeredBefore;
    if (!traces && !records) return;
    const configuration: Partial<NodeSDKConfiguration> = {
      resource: resourceOf(process.env),
      autoDetectResources: false,
      instrumentations: [],
      metricReaders: [],
    };
    if (!traces) configuration.spanProcessors = [];
    if (!records) configuration.logRecordProcessors = [];
    configuration.contextManager = null as never;
    configuration.textMapPropagator = null;
    try {
      const { NodeSDK } = requireSdk();
      new NodeSDK(configuration).start();
    } catch (problem) {
      const why = problem instanceof Error ? problem.message.split('\n')[0] : String(problem);
      this.#warn(`spans and log records are not exported (${why}): npm install @opentelemetry/api@latest`);
      return;
    }
    this.#ownTracers = traces ? registered(api.trace.getTracerProvider()) : undefined;
    this.#ownLoggers = records ? registered(logs?.getLoggerProvider()) : undefined;
    if (traces) api.trace.disable();
    // A NodeSDK registers its logger provider even without processors.
    if (this.#ownLoggers || !registeredBefore) logs?.disable();
    if (traces) this.#onFreed();
  }
}

const NO_TRACERS = new api.ProxyTracerProvider();

/** The provider that the application registered behind the API's proxy, if any. */
function registered<Real extends object>(proxy: Real | undefined): Real | undefined {
  if (proxy === undefined || !isRegistered(proxy)) return undefined;
  return ((proxy as Provider).getDelegate?.() ?? proxy) as Real;
}
