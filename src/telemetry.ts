/** Puts the parts together: options in, one port for the adapters out. */
import {
  type Context,
  context,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { attributionSource } from './attribution.ts';
import { firstUseTime, markUsed } from './first-use.ts';
import type { Attempt } from './model/attempt.ts';
import type { Call, CallListener } from './model/call.ts';
import type { Decision } from './model/decision.ts';
import type { StatedRetirements } from './model/retirements.ts';
import { type ResolvedOptions, resolveOptions, type TelemetryOptions } from './options.ts';
import type { AdapterPort } from './ports/adapter-port.ts';
import type { CallSpan, SpannedCall } from './ports/call-span.ts';
import { Guard, type Stage } from './ports/guard.ts';
import { getProcessWide, processWide, setProcessWide } from './ports/process-wide.ts';
import { Logs } from './signals/logs.ts';
import { Metrics } from './signals/metrics.ts';
import { Recorder } from './signals/recorder.ts';
import { VERSION } from './signals/scope.ts';
import { Spans } from './signals/spans.ts';

/** What is kept for each meter provider, by every copy of this version: ES module and CommonJS. */
const METER_STATES = Symbol.for(`anthropic-otel.meter-states@${VERSION}`);

/** Records what the adapters see, by its options. */
export class Telemetry implements AdapterPort {
  readonly guard: Guard;
  enabled = true;
  /** Whether a client was made, observed or not. */
  seesClients = false;
  readonly #spans = new Spans();
  readonly #metrics: Metrics;
  readonly #recorder: Recorder;
  readonly #open = new Map<Call, () => void>();
  #options: ResolvedOptions;
  #meterProvider: MeterProvider | undefined;
  #tracerProvider: TracerProvider | undefined;

  readonly #registeredTracers: () => TracerProvider;

  /** `registeredTracers`: where spans go by default. */
  constructor(
    options: ResolvedOptions,
    registeredTracers: () => TracerProvider = () => trace.getTracerProvider(),
  ) {
    this.#options = options;
    this.#registeredTracers = registeredTracers;
    this.#metrics = new Metrics(
      () => this.#options.meterProvider ?? this.#meterProvider ?? metrics.getMeterProvider(),
      firstUseTime,
      processWide(METER_STATES, () => new WeakMap()),
    );
    this.guard = new Guard((stage) => this.#metrics.telemetryError(stage));
    this.#recorder = new Recorder(this.guard, this.#metrics, this.#spans);
    this.configure(options);
  }

  get listener(): CallListener<CallSpan> {
    return this.#recorder;
  }

  get captureContent(): boolean {
    return this.#options.captureContent;
  }

  /** Records by `options` from now on, also for the clients and the calls that exist. */
  configure(options: ResolvedOptions): void {
    this.#options = options;
    this.#metrics.configure(options);
    this.#spans.enabled = options.attemptSpans;
    this.#recorder.configure({
      logs: options.logger && new Logs(options.logger),
      prices: options.prices,
      attributionOf: attributionSource(options),
      requestHook: options.requestHook,
      responseHook: options.responseHook,
    });
  }

  /** Creates the metrics that exist before the first call. */
  start(): void {
    this.guard.run('metrics', () => this.#metrics.start());
  }

  /** Records metrics with `provider` from now on, unless the options name one. */
  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
    this.start();
  }

  /** Takes spans from `provider` from now on, unless the options or the client name one. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
  }

  tracerProvider(): TracerProvider {
    return this.#options.tracerProvider ?? this.#tracerProvider ?? this.#registeredTracers();
  }

  /** Counts a failure of telemetry outside of the guard, such as a log line that cannot be written. */
  countError(stage: Stage): void {
    this.guard.run('metrics', () => this.#metrics.telemetryError(stage));
  }

  clientMade(observed: boolean): void {
    this.seesClients = true;
    this.guard.run('metrics', () => this.#metrics.client(observed));
  }

  modelsRead(retirements: StatedRetirements, provider: string): void {
    if (this.enabled) this.#recorder.modelsRead(retirements, provider);
  }

  queueDecided(decision: Decision): void {
    if (this.enabled) this.#recorder.queueDecided(decision, this.tracerProvider());
  }

  attemptContext(call: SpannedCall, attempt: Attempt): Context {
    return this.guard.run('spans', () => this.#spans.attemptContext(call, attempt)) ?? context.active();
  }

  opened(call: Call, end: () => void): void {
    this.#open.set(call, end);
  }

  closed(call: Call): void {
    this.#open.delete(call);
  }

  /** Ends the calls that are still open, as canceled: the process is about to end. */
  endOpenCalls(): void {
    for (const end of [...this.#open.values()]) end();
  }
}

const SHARED = Symbol.for('anthropic-otel.telemetry');
const byOptions = new WeakMap<TelemetryOptions, Telemetry>();

/** Makes `telemetry` the one of every client without options of its own. */
export function shareTelemetry(telemetry: Telemetry): void {
  setProcessWide(SHARED, telemetry);
}

/**
 * The telemetry for `options`: one for each options object, and one for the whole process without any, so that streaks,
 * rate limits and the set of models are known across clients.
 * @throws TypeError for a wrong option
 */
export function telemetryFor(options?: TelemetryOptions): Telemetry {
  const telemetry = findTelemetry(options);
  telemetry.guard.run('options', markUsed);
  return telemetry;
}

function findTelemetry(options?: TelemetryOptions): Telemetry {
  if (options === undefined) {
    let shared = getProcessWide(SHARED) as Telemetry | undefined;
    if (!shared) {
      shared = new Telemetry(resolveOptions());
      shareTelemetry(shared);
    }
    return shared;
  }
  let telemetry = byOptions.get(options);
  if (!telemetry) {
    telemetry = new Telemetry(resolveOptions(options));
    byOptions.set(options, telemetry);
  }
  return telemetry;
}
