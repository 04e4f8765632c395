/**
 * The only place that swallows failures of telemetry. Such a failure never fails, delays or changes a call
 * of the application. It counts in `anthropic.telemetry.errors`, and the first failure of each stage goes to `diag`.
 *
 * The adapters run the following outside the guard, on the application's path. Each is safe for the stated reason:
 *
 * - Reads of this package's own fields (`enabled`, `sdkTraces`, the state of a call), `WeakMap` and `AsyncLocalStorage.run`: they call no foreign
 *   code.
 * - `next`, `fetch`, `text()` and the other methods of a response or its body: the application's own call, made once
 *   (`runOnce`) with its original arguments and `this`. Its errors belong to the application.
 * - Methods of the real span and tracer that the SDK calls through the tap to get a result (`spanContext`, `startSpan` of spans that are not
 *   calls): the SDK guards them itself, with or without this package.
 * - `await`: it adds a microtask and no timer. The application never waits for telemetry.
 *
 * The entry points run the following outside the guard. It throws only for a wrong option, which the application corrects before its first call:
 * - `resolveOptions` reads the given options. It accepts a logger or provider that cannot be read yet.
 * - `Telemetry` and its parts only store their arguments when they are created. Instruments are created inside the guard.
 * - `process-wide.ts` writes with `Reflect.set`, which does not throw if the global object is frozen.
 * - `observedClass` runs the application's own constructor. Its additions before and after run inside the guard.
 *
 * The guard reports only the name and code of an error. Its message, fields and stack may quote the data of the step: a prompt, a
 * completion, or a URL that contains a key.
 */
import { diag } from '@opentelemetry/api';

/** The stages at which telemetry can fail. */
export type Stage = 'options' | 'call' | 'attempt' | 'metrics' | 'spans' | 'logs' | 'hooks' | 'export';

/** Every stage. Their series exist before the first error. */
export const STAGES: readonly Stage[] = [
  'options',
  'call',
  'attempt',
  'metrics',
  'spans',
  'logs',
  'hooks',
  'export',
];

/** Runs steps of telemetry so that their errors go no further. */
export class Guard {
  readonly #count: (stage: Stage) => void;
  readonly #reported = new Set<Stage>();

  /** `count` is called for each swallowed failure. */
  constructor(count: (stage: Stage) => void) {
    this.#count = count;
  }

  /** The result of `step`, or `undefined` if it throws. A rejection of a promise that it returns goes no further. */
  run<Result>(stage: Stage, step: () => Result): Result | undefined {
    try {
      const result = step();
      // The result of the application's logger is never awaited, and an unhandled rejection would end the process.
      if (isThenable(result)) result.then(undefined, (problem) => this.report(stage, problem));
      return result;
    } catch (problem) {
      this.report(stage, problem);
      return undefined;
    }
  }

  /** The result of `step`, or `undefined` if it throws or rejects. */
  async runAsync<Result>(stage: Stage, step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (problem) {
      this.report(stage, problem);
      return undefined;
    }
  }

  /** Counts a failure that was caught elsewhere, and reports the first in `stage` to `diag`. */
  report(stage: Stage, problem: unknown): void {
    try {
      this.#count(stage);
    } catch {
      // The meter provider itself fails. The warning is still logged.
    }
    if (this.#reported.has(stage)) return;
    this.#reported.add(stage);
    try {
      diag.warn(
        `anthropic-otel: ${stage} telemetry failed (${nameOf(problem)}); the application is not affected`,
      );
    } catch {
      // The application's own diagnostics failed too, so the failure cannot be reported.
    }
  }
}

/** The form of class names. */
const CLASS = /^[A-Z]\w{0,39}$/;
/** The form of the error codes of Node and of its `fetch`. Any other code could be content. */
const CODE = /^(?:(?:UND_)?ERR_[A-Z0-9_]{1,60}|E[A-Z0-9]{2,15})$/;

/** The class of `problem`, and its code if it has one, such as `TypeError ERR_INVALID_URL`. */
function nameOf(problem: unknown): string {
  if (!(problem instanceof Error)) return typeof problem;
  const { code } = problem as { code?: unknown };
  const { name } = problem.constructor;
  const known = CLASS.test(name) ? name : 'Error';
  return typeof code === 'string' && CODE.test(code) ? `${known} ${code}` : known;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
