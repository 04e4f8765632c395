/** Reports the number of days until the used models retire. */
import type { Attributes, ObservableResult } from '@opentelemetry/api';
import { OTHER } from '../../model/errors.ts';
import { modelFamily } from '../../model/model-family.ts';
import { type RetirementTable, retirementTime, type StatedRetirements } from '../../model/retirements.ts';
import type { CallSeries } from './call-series.ts';

const SECONDS_PER_DAY = 86_400;

/** The maximum number of model families whose retirement, as the Models API states it, is kept. */
const MAX_STATED = 1000;

/** A model that was used, and its provider. */
interface UsedModel {
  readonly attributes: Attributes;
  readonly providers: Set<string>;
}

/** The models that were used, and their known retirements. The caller caps their number. */
export class Retirements {
  readonly #used = new Map<string, UsedModel>();
  #own: RetirementTable = {};
  /** The last statement of the Models API, by model family. */
  readonly #stated = new Map<string, string | undefined>();

  /** Sets the application's own retirement dates. */
  learn(table: RetirementTable): void {
    this.#own = { ...this.#own, ...table };
  }

  /** Sets the retirements that the Models API states. The schedule may change until a model retires, so the last statement counts. */
  stated(retirements: StatedRetirements): void {
    for (const [model, time] of retirements) {
      const family = modelFamily(model);
      if (this.#stated.has(family) || this.#stated.size < MAX_STATED) this.#stated.set(family, time);
    }
  }

  /** Keeps the model of `series`. */
  used({ labels, model: attributes }: CallSeries): void {
    const { model, provider } = labels;
    if (model === undefined || model === OTHER) return;
    const known = this.#used.get(model);
    if (known) known.providers.add(provider);
    else this.#used.set(model, { attributes, providers: new Set([provider]) });
  }

  /** Reports the remaining days at `now`, in Unix seconds. If a model is used at several providers, the earliest retirement counts. */
  observe(result: ObservableResult, now: number): void {
    for (const [model, { attributes, providers }] of this.#used) {
      const times = [...providers].flatMap(
        (provider) => retirementTime(model, provider, this.#own, this.#stated) ?? [],
      );
      if (times.length > 0) result.observe((Math.min(...times) - now) / SECONDS_PER_DAY, attributes);
    }
  }
}
