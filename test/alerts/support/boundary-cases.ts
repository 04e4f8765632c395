/** What boundary cases are made of, for one configuration. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import { type AlertConfig, type Duration, seconds } from '../../../src/mixin/config.ts';
import { METRICS, type MetricKey } from '../../../src/signals/catalogue.ts';
import { prometheusName } from '../../../src/signals/metric-definition.ts';
import type { Boundary, Given, Phase } from './boundary.ts';

/** Values of a limit at which a condition does not hold, and at which it does. */
export interface Sides {
  readonly not: readonly number[];
  readonly holds: readonly number[];
}

/** Values around a limit that must be exceeded. */
export const above = (value: number): Sides => ({ not: [value * 0.9, value], holds: [value * 1.02] });

/** Values around a limit below which something holds. */
export const below = (value: number): Sides => ({ not: [value * 1.1, value], holds: [value * 0.98] });

/** Some samples of the same values. */
export const phase = (samples: number, given: Given, expect: Phase['expect'], grows?: Given): Phase => ({
  samples,
  given,
  expect,
  ...(grows && { grows }),
});

/** What a record is at once. */
export const record = (rule: string, given: Given, expect: number | undefined): Boundary => ({
  rule,
  phases: [phase(2, given, expect)],
});

/** The record of attempts by kind. */
export const attempts: string = RECORDS.attemptsByKind;

const STEP = 15;

/** Series and cases of one configuration. */
export class Cases {
  readonly config: AlertConfig;
  /** The labels of a service. */
  readonly ofService: string;
  /** The labels of a service and a model. */
  readonly ofModel: string;
  /** Samples that last longer than any `for` or `keep_firing_for`. */
  readonly #long: number;

  constructor(config: AlertConfig) {
    this.config = config;
    this.ofService = config.groupingLabels.map((label) => `${label}="of-${label}"`).join(',');
    this.ofModel = `${this.ofService},gen_ai_request_model="m"`;
    const { keepFiringFor, replica, retries, policies, latency, telemetry } = config;
    const waits = [keepFiringFor, replica.for, retries.for, policies.for, latency.for, telemetry.absentFor];
    this.#long = Math.max(...waits.map(seconds)) / STEP + 5;
  }

  /** A record or `up`, with the labels of the service or with others. */
  of = (name: string, labels: string = this.ofService): string => `${name}{${labels}}`;

  /** A series of a metric, with labels as text. */
  gauge = (key: MetricKey, labels = '', suffix = ''): string =>
    this.of(
      prometheusName(METRICS[key]) + suffix,
      [this.ofModel, this.config.selector, labels].filter(Boolean).join(','),
    );

  /** The labels of a kind of attempts. */
  kind = (name: string, labels: string = this.ofModel): string =>
    `${labels},anthropic_attempt_kind="${name}"`;

  /** An alert for values at which its condition does not hold, and for values at which it does. Each lasts longer than any `for`. */
  limit = (rule: string, given: (value: number) => Given, { not, holds }: Sides): Boundary => {
    const quiet = phase(this.#long, given(not[0] ?? 0), false);
    return {
      rule,
      phases: [
        ...not.map((value) => phase(this.#long, given(value), false)),
        ...holds.flatMap((value) => [phase(this.#long, given(value), true), quiet]),
      ],
    };
  };

  /** `vanishing` counts for `lastSeen` after its last sample; `staying` stays. */
  vanishes = (
    rule: string,
    vanishing: Given,
    { staying = {}, seen, gone }: { staying?: Given; seen: Phase['expect']; gone: Phase['expect'] },
  ): Boundary => ({
    rule,
    phases: [
      phase(this.#long, { ...vanishing, ...staying }, seen),
      phase(Math.floor(seconds(this.config.lastSeen) / STEP), staying, seen),
      phase(1, staying, gone),
      phase(this.#long, staying, gone),
    ],
  });
}

/**
 * A sum or mean of what counters gain in 5 minutes. Samples are 40 s apart, which is no divisor of the windows, so that Prometheus 2 and 3 see
 * the same ones.
 */
export function counted(
  rule: string,
  gains: Given,
  { still, half, full }: Readonly<Record<'still' | 'half' | 'full', number | undefined>>,
): Boundary {
  const at = (samples: number): Given =>
    Object.fromEntries(Object.entries(gains).map(([series, gain]) => [series, 1000 + gain * samples]));
  return {
    rule,
    step: 40,
    tolerance: 0.1,
    phases: [
      phase(20, at(0), still),
      phase(4, at(1), half, gains),
      phase(4, at(5), full, gains),
      phase(8, at(9), full, gains),
    ],
  };
}

/** Sums of the last so many five-minute values of a series. */
export type Sums = (series: string, tiles: number) => number;

/**
 * An alert on sums of five-minute values: `tiles` are values for so many times 5 minutes, and `holds` states the condition.
 *
 * @param evaluate - seconds between two evaluations: long where the windows are.
 */
export function tiled(
  rule: string,
  tiles: readonly (readonly [count: number, given: Given])[],
  holds: (sums: Sums) => boolean,
  evaluate = 150,
): Boundary {
  const step = Math.min(evaluate, TILE);
  const all = tiles.flatMap(([count, given]) => new Array<Given>(count).fill(given));
  const names = new Set(all.flatMap((given) => Object.keys(given)));
  const totals = new Map<string, number[]>();
  for (const name of names) {
    const total = [0];
    for (const given of all) total.push((total.at(-1) ?? 0) + (given[name] ?? 0));
    totals.set(name, total);
  }
  const phases: Phase[] = all.map((given, i) => {
    const sums: Sums = (series, count) => {
      const total = totals.get(series) ?? [];
      return (total[i + 1] ?? 0) - (total[Math.max(0, i + 1 - count)] ?? 0);
    };
    return phase(TILE / step, given, holds(sums));
  });
  return { rule, step, evaluate, phases };
}
const TILE = 300;
/** How many times 5 minutes a window is. */
export const tilesIn = (window: Duration): number => seconds(window) / TILE;
