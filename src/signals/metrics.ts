/** Records calls and attempts as metrics. Every attribute value comes from a closed set or is capped. */
import type { Attributes, MeterProvider, ObservableGauge } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import { BoundedValues } from '../model/bounded.ts';
import { BoundedCache } from '../model/bounded-cache.ts';
import type { Call, CallEnd } from '../model/call.ts';
import { COST_KINDS, type Cost } from '../model/cost.ts';
import { faultOf, RETRYABLE_TYPES } from '../model/errors.ts';
import { KnownLimits, type RateLimit, resetTimeOf } from '../model/rate-limit.ts';
import { STAGES, type Stage } from '../ports/guard.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { LastValues } from './last-values.ts';
import { ATTR } from './names.ts';
import { SCOPE_NAME, VERSION } from './scope.ts';

/** The most distinct values of an attribute that is not closed, before `_OTHER`. */
const MAX_VALUES = 100;
/** Modality of tokens: the API does not tell. */
const MODALITY_UNKNOWN = 'unknown';
/** The most sets of attributes that are kept ready. */
const MAX_SETS = 2000;
const MESSAGES_ROUTE = '/v1/messages';
const MESSAGES_METHOD = 'messages.create';

/** Settings of the metrics. */
export interface MetricsSettings {
  /** The meter provider to use now. It is asked at each record, because an application may register its own late. */
  readonly provider: () => MeterProvider;
  /** Models whose series exist, at zero, before their first call. */
  readonly models: readonly string[];
  /** The `anthropic.tier` of every attempt and rate limit. */
  readonly tier: string | undefined;
}

/** Records metrics. */
export class Metrics {
  readonly #settings: MetricsSettings;
  readonly #values = new Map<string, BoundedValues>();
  readonly #initialised = new Set<string>();
  // The attributes of what succeeds are the same from call to call; making them anew is much of what a record costs.
  readonly #sets = new BoundedCache<Attributes>(MAX_SETS);
  // Told when metrics are collected: an answer states a dozen values, and recording each would cost more than all the rest.
  readonly #limits = new KnownLimits<Attributes>();
  readonly #streaks = new LastValues();
  readonly #authenticationFailureTimes = new LastValues();
  #provider: MeterProvider | undefined;
  #current: Instruments | undefined;

  constructor(settings: MetricsSettings) {
    this.#settings = settings;
  }

  callStarted(call: Call): void {
    const instruments = this.#instruments();
    const attributes = this.#callAttributes(call);
    this.#initialise(
      instruments,
      call.start.method,
      attributes[ATTR.requestModel] as string | undefined,
      call,
    );
    instruments.activeCalls.add(1, attributes);
  }

  callEnded(call: Call, end: CallEnd, cost: Cost | 'unpriced' | undefined): void {
    const instruments = this.#instruments();
    const base = this.#callAttributes(call);
    const error = call.errorType === undefined ? undefined : { [ATTR.errorType]: call.errorType };
    instruments.activeCalls.add(-1, base);
    instruments.calls.add(1, this.#outcomeAttributes(call, end));
    if (call.exhausted) instruments.retriesExhausted.add(1, { ...base, ...error });
    if (call.start.operation === undefined) return;
    this.#inference(instruments, call, end, error);
    if (cost !== undefined) this.#cost(instruments, base[ATTR.requestModel], cost);
  }

  attemptStarted(call: Call, attempt: Attempt): void {
    if (attempt.retryDelay === undefined) return;
    this.#instruments().retryDelay.record(attempt.retryDelay, {
      ...this.#model(call),
      ...(attempt.retryCause && { [ATTR.errorType]: attempt.retryCause }),
    });
  }

  attemptEnded(call: Call, attempt: Attempt): void {
    const instruments = this.#instruments();
    instruments.attempts.add(1, this.#attemptAttributes(call, attempt));
    if (attempt.duration !== undefined) {
      const base = this.#callAttributes(call);
      const { failure } = attempt;
      const attributes = failure ? { ...base, [ATTR.errorType]: failure.errorType } : base;
      instruments.attemptDuration.record(attempt.duration, attributes);
    }
  }

  authenticationFailed(call: Call, unixSeconds: number): void {
    const attributes = { [ATTR.httpRoute]: this.#route(call) };
    this.#instruments().authenticationFailures.add(1, attributes);
    this.#authenticationFailureTimes.set(attributes, unixSeconds);
  }

  streak(call: Call, length: number, began: boolean): void {
    const attributes = { [ATTR.httpRoute]: this.#route(call), ...this.#model(call) };
    this.#streaks.set(attributes, length);
    if (began) this.#instruments().serverErrorStreaks.add(1, attributes);
  }

  rateLimit(call: Call, limit: RateLimit): void {
    const { known, isNew, fell } = this.#limits.update(this.model(call) ?? '', limit, () => ({
      [ATTR.rateLimit]: limit.type,
      ...this.#model(call),
      ...this.#tier(),
    }));
    // At zero on first sight, so that the first crossing is a step.
    if (isNew || fell) this.#instruments().rateLimitLow.add(fell ? 1 : 0, known.labels);
  }

  telemetryError(stage: Stage): void {
    this.#instruments().telemetryErrors.add(1, { [ATTR.stage]: stage });
  }

  /** Creates the instruments and the series that need no event. */
  start(): void {
    this.#instruments();
  }

  /** The model of `call`, capped: the key under which its series and streaks are kept. */
  model(call: Call): string | undefined {
    return call.start.model === undefined ? undefined : this.#bounded(ATTR.requestModel, call.start.model);
  }

  #inference(instruments: Instruments, call: Call, end: CallEnd, error: Attributes | undefined): void {
    const { usage } = end;
    const attributes = this.#inferenceAttributes(call, end);
    const withError = error ? { ...attributes, ...error } : attributes;
    if (call.duration !== undefined) instruments.inferenceDuration.record(call.duration, withError);
    if (call.timeToFirstChunk !== undefined) {
      instruments.timeToFirstChunk.record(call.timeToFirstChunk, attributes);
    }
    const tokens = this.#inferenceAttributes(call, end, MODALITY_UNKNOWN);
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

  #cost(instruments: Instruments, model: unknown, cost: Cost | 'unpriced'): void {
    if (cost === 'unpriced') {
      instruments.unpricedCalls.add(1, { [ATTR.requestModel]: model as string });
      return;
    }
    for (const kind of COST_KINDS) {
      const usd = cost[kind];
      if (usd === undefined) continue;
      const attributes = this.#sets.get(`cost\n${kind}\n${model}`, () => ({
        [ATTR.requestModel]: model as string,
        [ATTR.costKind]: kind,
      }));
      instruments.cost.add(usd, attributes);
    }
  }

  #callAttributes(call: Call): Attributes {
    const { method, model } = call.start;
    return this.#sets.get(`call\n${method}\n${model}`, () => ({
      [ATTR.method]: this.#bounded(ATTR.method, method),
      ...this.#model(call),
    }));
  }

  #outcomeAttributes(call: Call, { outcome }: CallEnd): Attributes {
    const { stream, errorType, fault } = call;
    const { method, model, provider } = call.start;
    const attributes = this.#sets.get(`${outcome}\n${stream}\n${provider}\n${method}\n${model}`, () => ({
      ...this.#callAttributes(call),
      [ATTR.provider]: this.#bounded(ATTR.provider, provider),
      [ATTR.outcome]: outcome,
      [ATTR.stream]: stream,
    }));
    if (errorType === undefined) return attributes;
    return { ...attributes, [ATTR.errorType]: errorType, ...(fault && { [ATTR.fault]: fault }) };
  }

  #attemptAttributes(call: Call, { answer, failure, disposition }: Attempt): Attributes {
    const { method, model, provider } = call.start;
    const status = answer?.status;
    const key = `${disposition}\n${status}\n${provider}\n${method}\n${model}`;
    const attributes = this.#sets.get(key, () => ({
      ...this.#callAttributes(call),
      [ATTR.provider]: this.#bounded(ATTR.provider, provider),
      [ATTR.disposition]: disposition,
      ...(status !== undefined && { [ATTR.httpStatus]: status }),
      ...this.#tier(),
    }));
    if (!failure) return attributes;
    return {
      ...attributes,
      [ATTR.errorType]: failure.errorType,
      [ATTR.fault]: faultOf({ ...failure, status }),
    };
  }

  #inferenceAttributes({ start }: Call, { responseModel }: CallEnd, modality?: string): Attributes {
    const { operation, provider, model, serverAddress, serverPort } = start;
    const key = `${modality}\n${operation}\n${provider}\n${model}\n${responseModel}\n${serverAddress}\n${serverPort}`;
    return this.#sets.get(key, () => ({
      [ATTR.operation]: operation,
      [ATTR.provider]: this.#bounded(ATTR.provider, provider),
      ...(model !== undefined && { [ATTR.requestModel]: this.#bounded(ATTR.requestModel, model) }),
      ...(responseModel !== undefined && {
        [ATTR.responseModel]: this.#bounded(ATTR.responseModel, responseModel),
      }),
      ...(serverAddress !== undefined && {
        [ATTR.serverAddress]: this.#bounded(ATTR.serverAddress, serverAddress),
        [ATTR.serverPort]: serverPort,
      }),
      ...(modality !== undefined && { [ATTR.modality]: modality }),
    }));
  }

  #model(call: Call): Attributes | undefined {
    const model = this.model(call);
    return model === undefined ? undefined : { [ATTR.requestModel]: model };
  }

  #route(call: Call): string {
    return this.#bounded(ATTR.httpRoute, call.start.route ?? call.start.method);
  }

  #tier(): Attributes | undefined {
    const { tier } = this.#settings;
    return tier === undefined ? undefined : { [ATTR.tier]: tier };
  }

  #bounded(attribute: string, value: string): string {
    let values = this.#values.get(attribute);
    if (!values) {
      values = new BoundedValues(MAX_VALUES);
      this.#values.set(attribute, values);
    }
    return values.of(value);
  }

  /** Series at zero for a method and model seen for the first time: an increase needs a value to start from. */
  #initialise(instruments: Instruments, method: string, model: string | undefined, call?: Call): void {
    const key = `${method} ${model} ${call?.stream}`;
    if (this.#initialised.has(key) || this.#initialised.size > MAX_VALUES * MAX_VALUES) return;
    this.#initialised.add(key);
    const base = { [ATTR.method]: method, ...(model !== undefined && { [ATTR.requestModel]: model }) };
    instruments.calls.add(0, {
      ...base,
      [ATTR.provider]: call?.start.provider ?? 'anthropic',
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

  #instruments(): Instruments {
    const provider = this.#settings.provider();
    if (this.#current !== undefined && provider === this.#provider) return this.#current;
    const instruments = createInstruments(provider.getMeter(SCOPE_NAME, VERSION));
    this.#provider = provider;
    this.#current = instruments;
    this.#initialised.clear();
    const startTime = Date.now() / 1000;
    instruments.startTime.addCallback((result) => result.observe(startTime));
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
    instruments.authenticationFailures.add(0, { [ATTR.httpRoute]: MESSAGES_ROUTE });
    for (const stage of STAGES) instruments.telemetryErrors.add(0, { [ATTR.stage]: stage });
    for (const model of this.#settings.models) {
      this.#initialise(instruments, MESSAGES_METHOD, this.#bounded(ATTR.requestModel, model));
    }
    return instruments;
  }
}
