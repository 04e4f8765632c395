/**
 * The one place where failures of telemetry are swallowed. A failure of telemetry never fails, delays or changes a call
 * of the application: it is counted in `anthropic.telemetry.errors`, and the first of each stage goes to `diag`.
 */
import { diag } from '@opentelemetry/api';

/** Where telemetry can fail. */
export type Stage = 'options' | 'call' | 'attempt' | 'metrics' | 'spans' | 'logs' | 'export';

/** Every stage, for series that exist before their first error. */
export const STAGES: readonly Stage[] = ['options', 'call', 'attempt', 'metrics', 'spans', 'logs', 'export'];

/** Runs steps of telemetry so that what they throw goes no further. */
export class Guard {
  readonly #count: (stage: Stage) => void;
  readonly #told = new Set<Stage>();

  /** `count` is told each swallowed failure. */
  constructor(count: (stage: Stage) => void) {
    this.#count = count;
  }

  /** The result of `step`, or `undefined` when it throws. */
  run<Result>(stage: Stage, step: () => Result): Result | undefined {
    try {
      return step();
    } catch (problem) {
      this.report(stage, problem);
      return undefined;
    }
  }

  /** The result of `step`, or `undefined` when it throws or rejects. */
  async runAsync<Result>(stage: Stage, step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (problem) {
      this.report(stage, problem);
      return undefined;
    }
  }

  /** Counts a failure that was caught elsewhere, and tells `diag` of the first in `stage`. */
  report(stage: Stage, problem: unknown): void {
    try {
      this.#count(stage);
      if (this.#told.has(stage)) return;
      this.#told.add(stage);
      diag.warn(`anthropic-otel: ${stage} telemetry failed; the application is not affected`, problem);
    } catch {
      // The application's own diagnostics failed too: there is nobody left to tell.
    }
  }
}
