/** Records calls and attempts as metrics. */
import type { Attributes, MeterProvider, ObservableGauge, UpDownCounter } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { Call, CallEnd } from '../model/call.ts';
import { COST_KINDS, type Cost, totalCost } from '../model/cost.ts';
import { RETRYABLE_TYPES } from '../model/errors.ts';
import { headroomOf, KnownLimits, type RateLimit, resetTimeOf } from '../model/rate-limit.ts';
import type { StreakEffect } from '../model/streak.ts';
import { clean } from '../model/text.ts';
import { STAGES, type Stage } from '../ports/guard.ts';
import { type Detection, detectionFor } from './detection.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { LastValues } from './last-values.ts';
import { MAX_VALUES, MetricAttributes } from './metric-attributes.ts';
import { ATTR } from './names.ts';
import { SCOPE_NAME, VERSION } from './scope.ts';

/** Modality of tokens: the API does not tell. */
const MODALITY_UNKNOWN = 'unknown';
const MESSAGES_ROUTE = '/v1/messages';
const MESSAGES_METHOD = 'messages.create';

/** Settings of the metrics. They may change. */
export interface MetricsSettings {
  /** Models whose series exist, at zero, before their first call. */
  readonly models: readonly string[];
  /** The `anthropic.tier` of every attempt and rate limit. */
  readonly tier?: string | undefined;
}

/** Records metrics. */
export class Metrics {
  readonly #providerNow: () => MeterProvider;
  readonly #firstUse: () => number | undefined;
  readonly #attributes = new MetricAttributes();
  readonly #initialised = new Set<string>();
  /** Where a call was counted when it started: a meter provider that is registered later has not seen it start. */
  readonly #startedIn = new WeakMap<
    Call,
    { readonly activeCalls: UpDownCounter; readonly detection: Detection }
  >();
  // Told when metrics are collected: a response states a dozen values, and recording each would cost more than all the rest.
  #limits = new KnownLimits<Attributes>();
  readonly #streaks = new LastValues();
  readonly #authenticationFailureTimes = new LastValues();
  #settings: MetricsSettings = { models: [] };
  #provider: MeterProvider | undefined;
  #current: Instruments | undefined;
  #detection: Detection | undefined;

  /**
   * `provider` is asked at each record, because an application may register its own late. `firstUse` is the Unix time, in
   * seconds, at which the process was first known to use the SDK.
   */
  constructor(provider: () => MeterProvider, firstUse: () => number | undefined) {
    this.#providerNow = provider;
    this.#firstUse = firstUse;
  }

  /** Records as `settings` say from now on. */
  configure(settings: MetricsSettings): void {
    const { tier } = this.#settings;
    this.#settings = settings;
    if (settings.tier === tier) return;
    this.#attributes.setTier(settings.tier);
    // What is known of the limits is told with the tier that it was learnt under.
    this.#limits = new KnownLimits();
  }

  callStarted(call: Call): void {
    const instruments = this.#instruments();
    const attributes = this.#attributes.call(call);
    this.#initialise(
      instruments,
      attributes[ATTR.method] as string,
      attributes[ATTR.requestModel] as string | undefined,
      call,
    );
    instruments.activeCalls.add(1, attributes);
    const detection = this.#detect();
    detection.callStarted(call, this.#attributes.modelOf(call));
    this.#startedIn.set(call, { activeCalls: instruments.activeCalls, detection });
  }

  callEnded(call: Call, end: CallEnd, cost: Cost | 'unpriced' | undefined): void {
    const instruments = this.#instruments();
    const base = this.#attributes.call(call);
    const error = call.errorType === undefined ? undefined : { [ATTR.errorType]: call.errorType };
    const started = this.#startedIn.get(call);
    started?.activeCalls.add(-1, base);
    (started?.detection ?? this.#detect()).callEnded(call, this.#attributes.modelOf(call), end);
    instruments.calls.add(1, this.#attributes.outcome(call, end));
    if (call.exhausted) instruments.retriesExhausted.add(1, { ...base, ...error });
    if (call.start.operation === undefined) return;
    this.#inference(instruments, call, end, error);
    if (cost !== undefined) this.#cost(instruments, call, cost);
  }

  attemptStarted(call: Call, attempt: Attempt): void {
    if (attempt.retryDelay === undefined) return;
    this.#instruments().retryDelay.record(attempt.retryDelay, {
      ...this.#attributes.model(call),
      ...(attempt.retryCause && { [ATTR.errorType]: attempt.retryCause }),
    });
  }

  /** `attempt` failed, or its response arrived. */
  attemptResponded(call: Call, attempt: Attempt): void {
    if (attempt.failure) this.#detect().attemptFailed(attempt, this.#attributes.modelOf(call));
    else if (attempt.response) this.#detect().accepted(this.#attributes.route(call)[ATTR.httpRoute]);
  }

  attemptEnded(call: Call, attempt: Attempt): void {
    this.#detect().attemptEnded(attempt, this.#attributes.modelOf(call));
    const instruments = this.#instruments();
    instruments.attempts.add(1, this.#attributes.attempt(call, attempt));
    if (attempt.duration !== undefined) {
      const base = this.#attributes.call(call);
      const { failure } = attempt;
      const attributes = failure ? { ...base, [ATTR.errorType]: failure.errorType } : base;
      instruments.attemptDuration.record(attempt.duration, attributes);
    }
  }

  authenticationFailed(call: Call, unixSeconds: number): void {
    const attributes = this.#attributes.route(call);
    this.#instruments().authenticationFailures.add(1, attributes);
    this.#authenticationFailureTimes.set(attributes, unixSeconds);
    this.#detect().authenticationFailed(attributes[ATTR.httpRoute]);
  }

  /** A response has `effect` on the run of server errors on its path, whatever the model. */
  serverErrors(call: Call, effect: StreakEffect): void {
    this.#detect().serverErrors(this.#attributes.route(call)[ATTR.httpRoute], effect);
  }

  streak(call: Call, length: number, began: boolean): void {
    const attributes = { ...this.#attributes.route(call), ...this.#attributes.model(call) };
    this.#streaks.set(attributes, length);
    if (began) this.#instruments().serverErrorStreaks.add(1, attributes);
  }

  rateLimit(call: Call, limit: RateLimit): void {
    const { known, isNew, fell } = this.#limits.update(this.#attributes.modelOf(call) ?? '', limit, () =>
      this.#attributes.rateLimit(call, limit.type),
    );
    // At zero on first sight, so that the first crossing is a step.
    if (isNew || fell) this.#instruments().rateLimitLow.add(fell ? 1 : 0, known.labels);
  }

  client(observed: boolean): void {
    this.#instruments().telemetryClients.add(1, { [ATTR.observed]: observed });
  }

  telemetryError(stage: Stage): void {
    this.#instruments().telemetryErrors.add(1, { [ATTR.stage]: stage });
  }

  /** Creates the instruments and the series that need no event. */
  start(): void {
    const instruments = this.#instruments();
    this.#initialiseModels(instruments);
  }

  /** What the streaks of `call` are kept under: path and model, capped. */
  streakKey(call: Call): string {
    return `${this.#attributes.route(call)[ATTR.httpRoute]} ${this.#attributes.modelOf(call)}`;
  }

  #inference(instruments: Instruments, call: Call, end: CallEnd, error: Attributes | undefined): void {
    const { usage } = end;
    const attributes = this.#attributes.inference(call, end);
    const withError = error ? { ...attributes, ...error } : attributes;
    if (call.duration !== undefined) instruments.inferenceDuration.record(call.duration, withError);
    if (call.timeToFirstChunk !== undefined) {
      instruments.timeToFirstChunk.record(call.timeToFirstChunk, attributes);
    }
    const tokens = this.#attributes.inference(call, end, MODALITY_UNKNOWN);
    if (usage.input !== undefined) {
      instruments.inputTokens.add(usage.input, tokens);
      instruments.inputTokensPerCall.record(usage.input, withError);
    }
    if (usage.output !== undefined) {
      instruments.outputTokens.add(usage.output, tokens);
      instruments.outputTokensPerCall.record(usage.output, withError);
    }
    if (usage.cacheRead !== undefined) instruments.cacheReadTokens.add(usage.cacheRead, tokens);
    if (usage.cacheWrite !== undefined) instruments.cacheWriteTokens.add(usage.cacheWrite, tokens);
    if (usage.reasoning !== undefined) instruments.reasoningTokens.add(usage.reasoning, tokens);
  }

  #cost(instruments: Instruments, call: Call, cost: Cost | 'unpriced'): void {
    if (cost === 'unpriced') {
      instruments.unpricedCalls.add(1, this.#attributes.model(call));
      return;
    }
    for (const kind of COST_KINDS) {
      const usd = cost[kind];
      if (usd !== undefined) instruments.cost.add(usd, this.#attributes.cost(call, kind));
    }
    this.#detect().costAdded(totalCost(cost));
  }

  /** Series at zero for a method and model seen for the first time: an increase needs a value to start from. */
  #initialise(instruments: Instruments, method: string, model: string | undefined, call?: Call): void {
    const key = `${method} ${model} ${call?.stream}`;
    if (this.#initialised.has(key) || this.#initialised.size > MAX_VALUES * MAX_VALUES) return;
    this.#initialised.add(key);
    const base = { [ATTR.method]: method, ...(model !== undefined && { [ATTR.requestModel]: model }) };
    instruments.calls.add(0, {
      ...base,
      ...(call ? this.#attributes.provider(call) : { [ATTR.provider]: 'anthropic' }),
      [ATTR.outcome]: 'ok',
      [ATTR.stream]: call?.stream ?? false,
    });
    if (model === undefined || method !== MESSAGES_METHOD) return;
    for (const type of RETRYABLE_TYPES)
      instruments.retriesExhausted.add(0, { ...base, [ATTR.errorType]: type });
    const path = { [ATTR.httpRoute]: MESSAGES_ROUTE, [ATTR.requestModel]: model };
    instruments.serverErrorStreaks.add(0, path);
    instruments.unpricedCalls.add(0, { [ATTR.requestModel]: model });
    for (const kind of COST_KINDS) {
      instruments.cost.add(0, { [ATTR.requestModel]: model, [ATTR.costKind]: kind });
    }
  }

  #detect(): Detection {
    const instruments = this.#instruments();
    this.#detection ??= detectionFor(this.#provider as MeterProvider, instruments);
    return this.#detection;
  }

  #instruments(): Instruments {
    const provider = this.#providerNow();
    if (this.#current !== undefined && provider === this.#provider) return this.#current;
    const instruments = createInstruments(provider.getMeter(SCOPE_NAME, VERSION));
    this.#provider = provider;
    this.#current = instruments;
    this.#detection = detectionFor(provider, instruments);
    this.#initialised.clear();
    const startTime = Date.now() / 1000;
    // A process that does not use the SDK yet may not be scraped: what it then counts at first is new all the same.
    instruments.startTime.addCallback((result) =>
      result.observe(Math.max(startTime, this.#firstUse() ?? startTime)),
    );
    instruments.serverErrorStreak.addCallback((result) => this.#streaks.observe(result));
    instruments.authenticationFailureTime.addCallback((result) =>
      this.#authenticationFailureTimes.observe(result),
    );
    const observeLimits = (gauge: ObservableGauge, read: (limit: RateLimit) => number | undefined): void =>
      gauge.addCallback((result) => {
        for (const { labels, last } of this.#limits.values()) {
          const value = read(last);
          if (value !== undefined) result.observe(value, labels);
        }
      });
    observeLimits(instruments.rateLimitLimit, ({ limit }) => limit);
    observeLimits(instruments.rateLimitRemaining, ({ remaining }) => remaining);
    observeLimits(instruments.rateLimitResetTime, resetTimeOf);
    observeLimits(instruments.rateLimitHeadroom, (limit) => headroomOf(limit, Date.now() / 1000));
    instruments.authenticationFailures.add(0, { [ATTR.httpRoute]: MESSAGES_ROUTE });
    for (const stage of STAGES) instruments.telemetryErrors.add(0, { [ATTR.stage]: stage });
    for (const observed of [true, false]) instruments.telemetryClients.add(0, { [ATTR.observed]: observed });
    this.#initialiseModels(instruments);
    return instruments;
  }

  #initialiseModels(instruments: Instruments): void {
    for (const model of this.#settings.models) {
      this.#initialise(
        instruments,
        MESSAGES_METHOD,
        this.#attributes.bounded(ATTR.requestModel, clean(model)),
      );
    }
  }
}
