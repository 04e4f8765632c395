/** Puts the parts together: options in, one port for the seams out. */
import {
  type Context,
  context,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Attempt } from './model/attempt.ts';
import type { Call, CallListener } from './model/call.ts';
import { settleOptions, type TelemetryOptions } from './options.ts';
import { Guard } from './ports/guard.ts';
import type { SeamPort } from './ports/seam-port.ts';
import { Logs } from './signals/logs.ts';
import { Metrics } from './signals/metrics.ts';
import { Recorder } from './signals/recorder.ts';
import { Spans } from './signals/spans.ts';

/** Records what the seams see, as its options say. */
export class Telemetry implements SeamPort {
  readonly guard: Guard;
  readonly listener: CallListener;
  readonly captureContent: boolean;
  enabled = true;
  readonly #spans: Spans;
  readonly #metrics: Metrics;
  readonly #open = new Map<Call, () => void>();
  #meterProvider: MeterProvider | undefined;
  #tracerProvider: TracerProvider | undefined;

  /** @throws TypeError for a wrong option */
  constructor(options?: TelemetryOptions) {
    const settled = settleOptions(options);
    this.#meterProvider = settled.meterProvider;
    this.#tracerProvider = settled.tracerProvider;
    this.captureContent = settled.captureContent;
    this.#metrics = new Metrics({
      provider: () => this.#meterProvider ?? metrics.getMeterProvider(),
      models: settled.models,
      tier: settled.tier,
    });
    this.guard = new Guard((stage) => this.#metrics.telemetryError(stage));
    this.#spans = new Spans(settled.attemptSpans);
    const logs = settled.logger && new Logs(settled.logger);
    this.listener = new Recorder(this.guard, this.#metrics, this.#spans, logs, settled.prices);
  }

  /** Creates the metrics that exist before the first call. */
  start(): void {
    this.guard.run('metrics', () => this.#metrics.start());
  }

  /** Records metrics with `provider` from now on. */
  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
    this.start();
  }

  /** Takes spans from `provider` from now on, for clients without a tracer provider of their own. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
  }

  tracerProvider(): TracerProvider {
    return this.#tracerProvider ?? trace.getTracerProvider();
  }

  attemptContext(call: Call, attempt: Attempt): Context {
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
const shared = globalThis as { [SHARED]?: Telemetry };
const byOptions = new WeakMap<TelemetryOptions, Telemetry>();

/** Makes `telemetry` the one of every client without options of its own. */
export function shareTelemetry(telemetry: Telemetry): void {
  shared[SHARED] = telemetry;
}

/**
 * The telemetry for `options`: one for each options object, and one for the whole process without any, so that streaks,
 * rate limits and the set of models are known across clients.
 */
export function telemetryFor(options?: TelemetryOptions): Telemetry {
  if (options === undefined) {
    shared[SHARED] ??= new Telemetry();
    return shared[SHARED];
  }
  let telemetry = byOptions.get(options);
  if (!telemetry) {
    telemetry = new Telemetry(options);
    byOptions.set(options, telemetry);
  }
  return telemetry;
}
