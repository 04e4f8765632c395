/**
 * The inputs of alerting rules: sums over the last five minutes, the age of failures, and how long open calls have waited. The values
 * are computed when metrics are collected, from sums that each event updates. There is no timer, and no work per event of a stream.
 * See `docs/decisions/2026-11-26-detection-gauges.md`.
 */
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import type { Attempt } from '../../model/attempt.ts';
import { type AttemptKind, attemptKind } from '../../model/attempt-kind.ts';
import type { Call, CallEnd, Outcome } from '../../model/call.ts';
import { phaseOf } from '../../model/call-phase.ts';
import { type StreakEffect, Streaks } from '../../model/streak.ts';
import type { Instruments } from '../instruments.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import { RecentSums } from './recent-sums.ts';

/** The name of a model, capped; `undefined` for a call without one. */
type Model = string | undefined;

/** A path to which the API responded with 401. */
interface Authentication {
  failedAt: number;
  failing: boolean;
}

/** The keys of the outcomes of streamed calls. */
const STREAMED: Readonly<Record<Outcome, string>> = {
  ok: 'streamed ok',
  error: 'streamed error',
  canceled: 'streamed canceled',
};

/** Collects events, and reports the gauges when metrics are collected. The caller caps the keys. */
export class Detection {
  readonly #now: () => number;
  readonly #calls: RecentSums;
  readonly #attempts: RecentSums;
  readonly #exhausted: RecentSums;
  readonly #cost: RecentSums;
  readonly #open: ReadonlyMap<Call, CallSeries>;
  /** Every model and phase that ever had an open call, by the key of its series. */
  readonly #phases = new Map<string, { readonly attributes: Attributes; age: number }>();
  readonly #authentication = new Map<string, Authentication>();
  readonly #runs = new Streaks();
  readonly #runGrewAt = new Map<string, number>();
  /** Failed attempts that are counted but have not ended, with their time and kind. */
  readonly #counted = new WeakMap<Attempt, { readonly kind: AttemptKind; readonly at: number }>();

  /** `open` holds the open calls, and `now` returns the monotonic time in milliseconds, from the same clock as the times of the calls. */
  constructor(open: ReadonlyMap<Call, CallSeries>, now: () => number = () => performance.now()) {
    this.#open = open;
    this.#now = now;
    this.#calls = new RecentSums(now);
    this.#attempts = new RecentSums(now);
    this.#exhausted = new RecentSums(now);
    this.#cost = new RecentSums(now);
  }

  callEnded(call: Call, model: Model, { outcome }: CallEnd): void {
    const { canceledBy } = call;
    const key = call.stream ? STREAMED[outcome] : outcome;
    this.#calls.add(model, canceledBy === undefined ? key : `${key} ${canceledBy}`, 1, () => ({
      ...ofModel(model),
      [ATTR.outcome]: outcome,
      ...(canceledBy !== undefined && { [ATTR.canceledBy]: canceledBy }),
      [ATTR.stream]: call.stream,
    }));
    if (call.exhausted) this.#exhausted.add(model, '', 1, () => ofModel(model));
  }

  /** Counts a failed attempt at once, because the wait before its retry may be longer than the window. */
  attemptFailed(attempt: Attempt, model: Model): void {
    const kind = attemptKind(attempt);
    if (kind === undefined || this.#counted.has(attempt)) return;
    const at = this.#now();
    this.#counted.set(attempt, { kind, at });
    this.#count(kind, model, 1, at);
  }

  attemptEnded(attempt: Attempt, model: Model): void {
    const kind = attemptKind(attempt);
    const counted = attempt.failure && this.#counted.get(attempt);
    if (counted) this.#counted.delete(attempt);
    if (kind === undefined || counted?.kind === kind) return;
    // The body of the response may have changed the kind of the failure.
    if (counted) this.#count(counted.kind, model, -1, counted.at);
    this.#count(kind, model, 1, counted?.at ?? this.#now());
  }

  /** Adds the cost of a call of `series`. */
  costAdded(usd: number, { attributionKey, labels }: CallSeries): void {
    this.#cost.add(undefined, attributionKey, usd, () => labels.attribution);
  }

  /** The API responded with 401 on `route`. */
  authenticationFailed(route: string): void {
    this.#authentication.set(route, { failedAt: this.#now(), failing: true });
  }

  /** The API accepted an attempt on `route`. */
  accepted(route: string): void {
    const known = this.#authentication.get(route);
    if (known) known.failing = false;
  }

  /** A response on `route` has `effect` on its streak of server errors, for all models together. */
  serverErrors(route: string, effect: StreakEffect): void {
    const { length, changed } = this.#runs.apply(route, effect);
    if (changed && length >= 2) this.#runGrewAt.set(route, this.#now());
  }

  /** Reports all gauges of `instruments`. */
  observeWith(instruments: Instruments): void {
    instruments.recentCalls.addCallback((result) => this.#calls.observe(result));
    instruments.recentAttempts.addCallback((result) => this.#attempts.observe(result));
    instruments.recentRetriesExhausted.addCallback((result) => this.#exhausted.observe(result));
    instruments.recentCost.addCallback((result) => this.#cost.observe(result));
    instruments.oldestCallAge.addCallback((result) => this.#observeOpenCalls(result));
    instruments.authenticationFailureAge.addCallback((result) => {
      for (const [route, { failedAt }] of this.#authentication)
        result.observe(this.#age(failedAt), ofRoute(route));
    });
    instruments.authenticationFailing.addCallback((result) => {
      for (const [route, { failing }] of this.#authentication)
        result.observe(failing ? 1 : 0, ofRoute(route));
    });
    instruments.serverErrorRunAge.addCallback((result) => {
      for (const [route, grewAt] of this.#runGrewAt) result.observe(this.#age(grewAt), ofRoute(route));
    });
  }

  #count(kind: AttemptKind, model: Model, amount: number, at: number): void {
    const attributes = (): Attributes => ({ ...ofModel(model), [ATTR.attemptKind]: kind });
    this.#attempts.add(model, kind, amount, attributes, at);
  }

  /** Reports 0 for a model and phase that had an open call and has none now, so that alerts on it resolve. */
  #observeOpenCalls(result: ObservableResult): void {
    for (const series of this.#phases.values()) series.age = 0;
    for (const [call, { labels, model }] of this.#open) {
      const { phase, since } = phaseOf(call);
      const key = `${phase} ${labels.model}`;
      let series = this.#phases.get(key);
      if (!series) {
        series = { attributes: { ...model, [ATTR.callPhase]: phase }, age: 0 };
        this.#phases.set(key, series);
      }
      series.age = Math.max(series.age, this.#age(since));
    }
    for (const { attributes, age } of this.#phases.values()) result.observe(age, attributes);
  }

  /** Seconds since `at`. */
  #age(at: number): number {
    return Math.max(0, this.#now() - at) / 1000;
  }
}

function ofModel(model: Model): Attributes {
  return model === undefined ? {} : { [ATTR.requestModel]: model };
}

function ofRoute(route: string): Attributes {
  return { [ATTR.httpRoute]: route };
}
