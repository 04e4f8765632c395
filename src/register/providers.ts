/**
 * The OpenTelemetry providers of `register`. They are made when they are first needed, so that a process that makes no client pays
 * nothing, and they never take the place of another OpenTelemetry SDK, whichever comes first:
 *
 * - Metrics have a provider of their own, which is not registered: the endpoint has them whatever else is in the process.
 * - Spans join the tracer provider that is registered when a call starts. Where there is none, and an `OTEL_*` variable asks for
 *   spans, a NodeSDK is started for them, and taken out of the API again: the place is free for an SDK that registers later.
 * - Log records likewise. No context manager and no propagator is registered.
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

/** A logger of OpenTelemetry's logs API, as far as it is used here. */
export interface OtelLogger {
  emit(record: object): void;
}

/** A provider, or the proxy of the API that stands for one. */
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

/** Part of `@opentelemetry/api` since 1.10, and a package of its own before. */
const logs = (api as { logs?: LogsApi }).logs ?? logsOfOlderApi();

function logsOfOlderApi(): LogsApi | undefined {
  try {
    return requireFromSdk('@opentelemetry/api-logs')['logs'] as LogsApi;
  } catch {
    return undefined;
  }
}

/** The providers that `settings` ask for. */
export class Providers {
  /** For the metrics of this package alone. */
  readonly meterProvider: api.MeterProvider = { getMeter: (...scope) => this.#meters().getMeter(...scope) };
  /** Whether anything is pushed, and has to be flushed before the process ends. */
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
   * @param warn - called with what cannot be had.
   * @param onFreed is called when the place of the tracer provider in the API was taken and is free again
   */
  constructor(settings: RegisterSettings, warn: (message: string) => void, onFreed: () => void) {
    const { metrics, traces, logs: records } = settings;
    this.#settings = settings;
    this.#warn = warn;
    this.#onFreed = onFreed;
    this.pushes = Boolean(metrics.otlp || metrics.console || traces || records);
  }

  /** Where spans go now. */
  tracerProvider(): api.TracerProvider {
    this.#startSdk();
    return registered(api.trace.getTracerProvider()) ?? this.#ownTracers ?? NO_TRACERS;
  }

  /** Where log records go now. */
  logger(): OtelLogger | undefined {
    this.#startSdk();
    return (registered(logs?.getLoggerProvider()) ?? this.#ownLoggers)?.getLogger(SCOPE_NAME, VERSION);
  }

  /** The metrics in the text format of Prometheus. */
  async text(): Promise<string> {
    this.#meters();
    return (await this.#text?.collect()) ?? '';
  }

  /** Exports what there is, and goes on. What fails is reported by the exporters. */
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

  /** Starts a NodeSDK for what is asked for and no other SDK does. Once, at the first call: by then the application has set up its own. */
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
    // A NodeSDK without processors registers its logger provider all the same.
    if (this.#ownLoggers || !registeredBefore) logs?.disable();
    if (traces) this.#onFreed();
  }
}

const NO_TRACERS = new api.ProxyTracerProvider();

/** What the application registered behind the proxy of the API, if anything. */
function registered<Real extends object>(proxy: Real | undefined): Real | undefined {
  if (proxy === undefined || !isRegistered(proxy)) return undefined;
  return ((proxy as Provider).getDelegate?.() ?? proxy) as Real;
}
