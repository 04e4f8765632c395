/** States in how many days the models that are used retire. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import { OTHER } from '../../model/errors.ts';
import { modelFamily } from '../../model/model-family.ts';
import { type RetirementTable, retirementTime, type StatedRetirements } from '../../model/retirements.ts';
import type { CallSeries } from './call-series.ts';

const SECONDS_PER_DAY = 86_400;

/** The most model families whose retirement by the Models API is remembered. */
const MAX_STATED = 1000;

/** A model that was used, and where. */
interface UsedModel {
  readonly attributes: Attributes;
  readonly providers: Set<string>;
}

/** The models that were used, and when they retire as far as it is known. Their number is capped by the caller. */
export class Retirements {
  readonly #used = new Map<string, UsedModel>();
  #own: RetirementTable = {};
  /** What the Models API stated last, by model family. */
  readonly #stated = new Map<string, string | undefined>();

  /** Learns dates of the application. */
  learn(table: RetirementTable): void {
    this.#own = { ...this.#own, ...table };
  }

  /** Learns what the Models API states. The schedule may change until a model retires: the last statement counts. */
  stated(retirements: StatedRetirements): void {
    for (const [model, time] of retirements) {
      const family = modelFamily(model);
      if (this.#stated.has(family) || this.#stated.size < MAX_STATED) this.#stated.set(family, time);
    }
  }

  /** Remembers the model of `series`. */
  used({ labels, model: attributes }: CallSeries): void {
    const { model, provider } = labels;
    if (model === undefined || model === OTHER) return;
    const known = this.#used.get(model);
    if (known) known.providers.add(provider);
    else this.#used.set(model, { attributes, providers: new Set([provider]) });
  }

  /** States the days that are left, at `now` in Unix seconds. At several providers, the earliest time counts. */
  observe(result: ObservableResult, now: number): void {
    for (const [model, { attributes, providers }] of this.#used) {
      const times = [...providers].flatMap(
        (provider) => retirementTime(model, provider, this.#own, this.#stated) ?? [],
      );
      if (times.length > 0) result.observe((Math.min(...times) - now) / SECONDS_PER_DAY, attributes);
    }
  }
}
