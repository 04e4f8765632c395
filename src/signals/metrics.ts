/** Records calls and attempts as metrics, with the current meter provider. */
import type { MeterProvider } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { BatchResult } from '../model/batch.ts';
import type { Call, CallEnd } from '../model/call.ts';
import { MESSAGES_METHOD, MESSAGES_ROUTE } from '../model/call-facts.ts';
import type { BilledCost } from '../model/cost.ts';
import type { Decision } from '../model/decision.ts';
import type { RetirementTable, StatedRetirements } from '../model/retirements.ts';
import type { StreakEffect } from '../model/streak.ts';
import { clean } from '../model/text.ts';
import type { Stage } from '../ports/guard.ts';
import {
  recordAttemptEnd,
  recordAttemptStart,
  recordAuthenticationFailure,
  recordResponse,
  recordStreak,
} from './metrics/attempts.ts';
import { batchSeries, recordBatchResult } from './metrics/batches.ts';
import type { CallSeries } from './metrics/call-series.ts';
import { closeCall, recordCallEnd, recordCallStart } from './metrics/calls.ts';
import { recordCost } from './metrics/cost.ts';
import { recordDecision } from './metrics/decisions.ts';
import { recordInference, recordTokens } from './metrics/inference.ts';
import { initialiseSeries } from './metrics/initial-series.ts';
import { type MeterState, type MeterStates, meterStateOf } from './metrics/meter-state.ts';
import { ATTR } from './names.ts';

/** Settings of the metrics. They can change at run time. */
export interface MetricsSettings {
  /** Models whose series exist, at zero, before their first call. */
  readonly models: readonly string[];
  /** When models retire, in addition to the built-in table. */
  readonly retirements: RetirementTable;
}

/** Records metrics. */
export class Metrics {
  readonly #providerNow: () => MeterProvider;
  readonly #firstUse: () => number | undefined;
  readonly #states: MeterStates;
  #settings: MetricsSettings = { models: [], retirements: {} };
  #provider: MeterProvider | undefined;
  #current: MeterState | undefined;
  /** The states of earlier meter providers, before the current one was registered. */
  readonly #earlier: MeterState[] = [];

  /**
   * `provider` is called for each record, because an application may register its own provider late. `firstUse` is the Unix time, in
   * seconds, at which the process was first known to use the SDK. `states` is shared by everything that records in the process.
   */
  constructor(
    provider: () => MeterProvider,
    firstUse: () => number | undefined,
    states: MeterStates = new WeakMap(),
  ) {
    this.#states = states;
    this.#providerNow = provider;
    this.#firstUse = firstUse;
  }

  /** Uses `settings` from now on. */
  configure(settings: MetricsSettings): void {
    this.#settings = settings;
    this.#current?.retirements.learn(settings.retirements);
  }

  /** Creates the instruments and the series that need no event. */
  start(): void {
    this.#initialiseModels(this.#state());
  }

  callStarted(call: Call): void {
    const state = this.#state();
    recordCallStart(state, state.series.of(call), call);
    state.summed.flushIfLate();
  }

  callEnded(call: Call, end: CallEnd, costs: readonly BilledCost[]): void {
    const state = this.#state();
    const series = this.#series(state, call);
    // The call ends in the state that counted it. A meter provider that was registered later did not see the call start.
    if (!closeCall(state, call)) this.#earlier.some((earlier) => closeCall(earlier, call));
    recordCallEnd(state, series, call, end);
    if (call.start.operation === undefined) return;
    recordInference(state, series, call, end);
    for (const bill of call.bills) recordTokens(state, this.#series(state, call, bill.model), bill);
    for (const { model, cost } of costs) recordCost(state, this.#series(state, call, model), cost);
  }

  attemptStarted(call: Call, attempt: Attempt): void {
    if (attempt.retryDelay === undefined) return;
    const state = this.#state();
    recordAttemptStart(state, this.#series(state, call, attempt.model), attempt);
  }

  /** `attempt` failed, or its response arrived. */
  attemptResponded(call: Call, attempt: Attempt): void {
    const state = this.#state();
    recordResponse(state, this.#series(state, call, attempt.model), attempt);
  }

  attemptEnded(call: Call, attempt: Attempt): void {
    const state = this.#state();
    recordAttemptEnd(state, this.#series(state, call, attempt.model), attempt);
  }

  authenticationFailed(call: Call, unixSeconds: number): void {
    const state = this.#state();
    recordAuthenticationFailure(state, this.#series(state, call), unixSeconds);
  }

  /** A response has `effect` on the streak of server errors on its path, for all models together. */
  serverErrors(call: Call, effect: StreakEffect): void {
    const state = this.#state();
    state.detection.serverErrors(this.#series(state, call).labels.route, effect);
  }

  streak(call: Call, { model }: Attempt, length: number, began: boolean): void {
    const state = this.#state();
    recordStreak(state, this.#series(state, call, model), length, began);
  }

  callRepeated(call: Call): void {
    const state = this.#state();
    state.instruments.repeatedCalls.add(1, this.#series(state, call).model);
  }

  decisionMade(call: Call, { name, model }: Decision): void {
    const state = this.#state();
    recordDecision(state, name, this.#series(state, call, model).labels.model);
  }

  queueDecided({ name, model }: Decision): void {
    const state = this.#state();
    recordDecision(state, name, model && state.values.bounded(ATTR.requestModel, model));
  }

  /** The Models API stated when models retire. */
  modelsRead(retirements: StatedRetirements): void {
    this.#state().retirements.stated(retirements);
  }

  batchResultRead(call: Call, result: BatchResult, costs: readonly BilledCost[]): void {
    const state = this.#state();
    recordBatchResult(state, call, result);
    for (const { model, cost } of costs) recordCost(state, batchSeries(state, call, model), cost);
  }

  client(observed: boolean): void {
    this.#state().instruments.telemetryClients.add(1, { [ATTR.observed]: observed });
  }

  telemetryError(stage: Stage): void {
    this.#state().instruments.telemetryErrors.add(1, { [ATTR.stage]: stage });
  }

  /** The key of an attempt's streak: path and model, capped. */
  streakKey(call: Call, attempt: Attempt): string {
    return this.#series(this.#state(), call, attempt.model).streakKey;
  }

  /** The series of `call`, or of its use of another model. */
  #series(state: MeterState, call: Call, model: string | undefined = call.start.model): CallSeries {
    if (model === call.start.model) return state.open.get(call) ?? state.series.of(call);
    const series = state.series.of(call, model);
    initialiseSeries(state, series, call.stream);
    return series;
  }

  #state(): MeterState {
    const provider = this.#providerNow();
    if (this.#current !== undefined && provider === this.#provider) return this.#current;
    const state = meterStateOf(this.#states, provider, this.#firstUse);
    if (this.#current) this.#earlier.push(this.#current);
    this.#provider = provider;
    this.#current = state;
    state.retirements.learn(this.#settings.retirements);
    this.#initialiseModels(state);
    return state;
  }

  #initialiseModels(state: MeterState): void {
    for (const model of this.#settings.models) {
      const start = { method: MESSAGES_METHOD, provider: 'anthropic', route: MESSAGES_ROUTE, stream: false };
      initialiseSeries(state, state.series.of({ start: { ...start, model: clean(model) } }), false);
    }
  }
}
