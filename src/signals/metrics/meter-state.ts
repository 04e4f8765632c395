/**
 * The state for one meter provider, shared by all clients and options that record with it. If two states observed the same series,
 * their values would overwrite each other.
 */
import type { Attributes, MeterProvider, ObservableGauge } from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import { MESSAGES_ROUTE } from '../../model/call-facts.ts';
import { headroomOf, KnownLimits, type RateLimit, resetTimeOf } from '../../model/rate-limit.ts';
import { STAGES } from '../../ports/guard.ts';
import { createInstruments, type Instruments } from '../instruments.ts';
import { ATTR } from '../names.ts';
import { SCOPE_NAME, VERSION } from '../scope.ts';
import type { CallSeries } from './call-series.ts';
import { Detection } from './detection.ts';
import { LabelValues } from './label-values.ts';
import { LastValues } from './last-values.ts';
import { observePolicies } from './policies.ts';
import { RecentSums } from './recent-sums.ts';
import { Retirements } from './retirement.ts';
import { SeriesIndex } from './series-index.ts';
import { SummedCounters } from './summed-counters.ts';

/** The instruments of a meter provider, with their recorded values and the values to report when metrics are collected. */
export class MeterState {
  readonly instruments: Instruments;
  readonly summed: SummedCounters;
  readonly values = new LabelValues();
  readonly series = new SeriesIndex(this.values);
  /** The open calls. */
  readonly open = new Map<Call, CallSeries>();
  readonly detection = new Detection(this.open);
  // Reported when metrics are collected. A response states a dozen values, and recording each would cost more than everything else.
  readonly limits = new KnownLimits<Attributes>();
  readonly streaks = new LastValues();
  readonly authenticationFailureTimes = new LastValues();
  readonly retirements = new Retirements();
  /** The decisions of policies in the last 5 minutes. */
  readonly decisions = new RecentSums(() => performance.now());

  /** `firstUse` is the Unix time, in seconds, at which the process was first known to use the SDK. */
  constructor(provider: MeterProvider, firstUse: () => number | undefined) {
    this.summed = new SummedCounters(createInstruments(provider.getMeter(SCOPE_NAME, VERSION)));
    const { instruments } = this.summed;
    this.instruments = instruments;
    const startTime = Date.now() / 1000;
    // The first use counts as the process start: before it, the process may not be scraped, so its first counts are new.
    instruments.startTime.addCallback((result) =>
      result.observe(Math.max(startTime, firstUse() ?? startTime)),
    );
    instruments.serverErrorStreak.addCallback((result) => this.streaks.observe(result));
    instruments.authenticationFailureTime.addCallback((result) =>
      this.authenticationFailureTimes.observe(result),
    );
    this.#observeLimits(instruments.rateLimitLimit, ({ limit }) => limit);
    this.#observeLimits(instruments.rateLimitRemaining, ({ remaining }) => remaining);
    this.#observeLimits(instruments.rateLimitResetTime, resetTimeOf);
    this.#observeLimits(instruments.rateLimitHeadroom, (limit) => headroomOf(limit, Date.now() / 1000));
    instruments.modelRetirementDays.addCallback((result) =>
      this.retirements.observe(result, Date.now() / 1000),
    );
    this.detection.observeWith(instruments);
    instruments.recentDecisions.addCallback((result) => this.decisions.observe(result));
    observePolicies(instruments, this.values);
    instruments.authenticationFailures.add(0, { [ATTR.httpRoute]: MESSAGES_ROUTE });
    for (const stage of STAGES) instruments.telemetryErrors.add(0, { [ATTR.stage]: stage });
    for (const observed of [true, false]) instruments.telemetryClients.add(0, { [ATTR.observed]: observed });
  }

  #observeLimits(gauge: ObservableGauge, read: (limit: RateLimit) => number | undefined): void {
    gauge.addCallback((result) => {
      for (const { labels, last } of this.limits.values()) {
        const value = read(last);
        if (value !== undefined) result.observe(value, labels);
      }
    });
  }
}

/** The states, by meter provider. */
export type MeterStates = WeakMap<MeterProvider, MeterState>;

/** The state of `provider`, created on first use. */
export function meterStateOf(
  states: MeterStates,
  provider: MeterProvider,
  firstUse: () => number | undefined,
): MeterState {
  let state = states.get(provider);
  if (!state) {
    state = new MeterState(provider, firstUse);
    states.set(provider, state);
  }
  return state;
}
