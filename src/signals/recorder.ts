/**
 * The listener that every adapter reports to. It passes events to each signal, and detects what requires several attempts: streaks
 * and exhausted calls. A failing signal does not affect the others.
 */
import { type Context, diag, type TracerProvider } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { Attribution } from '../model/attribution.ts';
import { type BatchResult, billsOfResult } from '../model/batch.ts';
import type { CallEnd, CallListener } from '../model/call.ts';
import { type BilledCost, costOf, priceFinder, totalCost } from '../model/cost.ts';
import type { Decision } from '../model/decision.ts';
import { statusOf } from '../model/errors.ts';
import type { Bill } from '../model/message.ts';
import type { PriceTable } from '../model/prices.ts';
import { OPERATED_BY_ANTHROPIC, type StatedRetirements } from '../model/retirements.ts';
import { type StreakEffect, Streaks, streakEffect } from '../model/streak.ts';
import type { CallSpan, SpannedCall } from '../ports/call-span.ts';
import type { Guard } from '../ports/guard.ts';
import { type HookSettings, runRequestHook, runResponseHook } from './hooks.ts';
import type { Logs } from './logs.ts';
import type { Metrics } from './metrics.ts';
import type { Spans } from './spans.ts';

/** The settings of the recorder. They can change at run time. */
export interface RecorderSettings extends HookSettings {
  readonly logs?: Logs | undefined;
  readonly prices: PriceTable;
  /** The attribution of a call that starts now in the context `parent`. */
  readonly attributionOf: (parent: Context) => Attribution | undefined;
}

const REPETITION =
  'anthropic-otel: a call repeats one that failed after its own retries. Two retry loops multiply the load. Let only the SDK retry (`maxRetries`), or only the loop around it (`maxRetries: 0`)';

/** Records the events of calls. */
export class Recorder implements CallListener<CallSpan> {
  readonly #guard: Guard;
  readonly #metrics: Metrics;
  readonly #spans: Spans;
  readonly #streaks = new Streaks();
  #repetitionReported = false;
  #settings: RecorderSettings = { prices: {}, attributionOf: () => undefined };
  #priceOf: ReturnType<typeof priceFinder> = () => undefined;

  constructor(guard: Guard, metrics: Metrics, spans: Spans) {
    this.#guard = guard;
    this.#metrics = metrics;
    this.#spans = spans;
  }

  /** Uses `settings` from now on. */
  configure(settings: RecorderSettings): void {
    this.#settings = settings;
    this.#priceOf = priceFinder(settings.prices);
  }

  callStarted(call: SpannedCall): void {
    const { parent } = call.handle;
    call.attribution = this.#guard.run('call', () => this.#settings.attributionOf(parent));
    this.#guard.run('metrics', () => this.#metrics.callStarted(call));
    this.#guard.run('hooks', () => runRequestHook(this.#settings, call));
  }

  attemptStarted(call: SpannedCall, attempt: Attempt): void {
    this.#guard.run('spans', () => this.#spans.attemptStarted(call, attempt));
    this.#guard.run('metrics', () => this.#metrics.attemptStarted(call, attempt));
  }

  attemptResponded(call: SpannedCall, attempt: Attempt): void {
    const { response, failure } = attempt;
    this.#guard.run('metrics', () => this.#metrics.attemptResponded(call, attempt));
    if (!response) return;
    this.#streak(call, attempt, streakEffect(response.status));
    if (failure && response.status === 401) {
      this.#guard.run('metrics', () => this.#metrics.authenticationFailed(call, Date.now() / 1000));
      this.#guard.run('logs', () => this.#settings.logs?.authenticationFailed(call, attempt));
    }
  }

  attemptEnded(call: SpannedCall, attempt: Attempt): void {
    const { response, failure, disposition } = attempt;
    if (failure && response && response.status < 400) {
      // An `error` event in a stream that started successfully counts like the status that it stands for.
      this.#streak(call, attempt, streakEffect(statusOf(failure.errorType)));
    }
    this.#guard.run('metrics', () => this.#metrics.attemptEnded(call, attempt));
    this.#guard.run('spans', () => this.#spans.attemptEnded(call, attempt));
    if (disposition === 'retried')
      this.#guard.run('logs', () => this.#settings.logs?.attemptRetried(call, attempt));
  }

  callRepeated(call: SpannedCall): void {
    this.#guard.run('metrics', () => this.#metrics.callRepeated(call));
    this.#guard.run('spans', () => this.#spans.callRepeated(call));
    if (this.#repetitionReported) return;
    this.#repetitionReported = true;
    this.#guard.run('call', () => diag.warn(REPETITION));
  }

  decisionMade(call: SpannedCall, decision: Decision): void {
    this.#guard.run('metrics', () => this.#metrics.decisionMade(call, decision));
    this.#guard.run('spans', () => this.#spans.decisionMade(call, decision));
    this.#guard.run('logs', () => this.#settings.logs?.decisionMade(call, decision));
  }

  /** A queue of deferred requests made a decision. It belongs to no call. */
  queueDecided(decision: Decision, tracerProvider: TracerProvider): void {
    this.#guard.run('metrics', () => this.#metrics.queueDecided(decision));
    this.#guard.run('spans', () => this.#spans.queueDecided(decision, tracerProvider));
    this.#guard.run('logs', () => this.#settings.logs?.queueDecided(decision));
  }

  callEnded(call: SpannedCall, end: CallEnd): void {
    const costs = this.#guard.run('metrics', () => this.#callCosts(call)) ?? [];
    const usd = totalOf(costs);
    this.#guard.run('metrics', () => this.#metrics.callEnded(call, end, costs));
    this.#guard.run('hooks', () => runResponseHook(this.#settings, call, end, usd));
    this.#guard.run('spans', () => this.#spans.callEnded(call, end, usd));
    if (call.exhausted) this.#guard.run('logs', () => this.#settings.logs?.exhausted(call));
    this.#guard.run('logs', () => this.#settings.logs?.callEnded(call, end, usd));
  }

  /**
   * `provider` states when models retire. Statements of platforms that Anthropic does not operate are ignored, because they may not
   * apply to their model names.
   */
  modelsRead(retirements: StatedRetirements, provider: string): void {
    if (provider !== OPERATED_BY_ANTHROPIC) return;
    this.#guard.run('metrics', () => this.#metrics.modelsRead(retirements));
  }

  batchResultRead(call: SpannedCall, result: BatchResult): void {
    const costs = this.#guard.run('metrics', () => this.#costs(billsOfResult(result))) ?? [];
    this.#guard.run('metrics', () => this.#metrics.batchResultRead(call, result, costs));
  }

  #streak(call: SpannedCall, attempt: Attempt, effect: StreakEffect): void {
    if (effect === 'none') return;
    this.#guard.run('metrics', () => this.#metrics.serverErrors(call, effect));
    this.#guard.run('metrics', () => {
      const { length, changed, began } = this.#streaks.apply(this.#metrics.streakKey(call, attempt), effect);
      if (changed) this.#metrics.streak(call, attempt, length, began);
      if (began) this.#guard.run('logs', () => this.#settings.logs?.streak(call, attempt, length));
    });
  }

  #callCosts({ start, bills, request }: SpannedCall): BilledCost[] {
    return start.operation === undefined ? [] : this.#costs(bills, request?.fast);
  }

  /** The estimated cost of each bill that has tokens, or that its price is unknown. */
  #costs(bills: readonly Bill[], fast?: boolean): BilledCost[] {
    return bills.flatMap(({ model, responseModel, usage }) => {
      const priced = responseModel ?? model;
      if (priced === undefined || (usage.input === undefined && usage.output === undefined)) return [];
      const price = this.#priceOf(priced);
      return [{ model, cost: price ? costOf(usage, price, fast) : 'unpriced' }];
    });
  }
}

/** The sum of `costs` in USD, or `undefined` if any cost is unknown. */
function totalOf(costs: readonly BilledCost[]): number | undefined {
  let sum: number | undefined;
  for (const { cost } of costs) {
    if (cost === 'unpriced') return undefined;
    sum = (sum ?? 0) + totalCost(cost);
  }
  return sum;
}
