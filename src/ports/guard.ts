/**
 * The one place where failures of telemetry are swallowed. A failure of telemetry never fails, delays or changes a call
 * of the application: it is counted in `anthropic.telemetry.errors`, and the first of each stage goes to `diag`.
 *
 * What the adapters run outside of it, on the application's path, and why each is safe:
 *
 * - Reads of this package's own fields (`enabled`, `sdkTraces`, the state of a call), `WeakMap` and `AsyncLocalStorage.run`: they call no code of
 *   anybody else.
 * - `next`, `fetch`, `text()` and the other methods of a response or its body: the application's own call, made once
 *   (`runOnce`) with the arguments and `this` that it was made with. What it throws is the application's.
 * - Methods of the real span and tracer that the SDK calls through the tap to get a result (`spanContext`, `startSpan` of spans that are no
 *   calls): the SDK guards them itself, with this package or without it.
 * - `await`: a microtask more, and no timer. Nothing of the application waits for telemetry.
 *
 * What the entry points run outside of it throws only for a wrong option, which the application corrects before its first call:
 * - `resolveOptions` reads the options that it was given; a logger or provider that cannot be read yet passes.
 * - `Telemetry` and its parts only keep what they are given when they are made; instruments are made inside the guard.
 * - `process-wide.ts` writes with `Reflect.set`, which does not throw where the global object is frozen.
 * - `observedClass` runs the application's own constructor; what it adds before and after runs inside the guard.
 *
 * Only the name and the code of an error are reported. Its message, its fields and its stack may quote what the step worked on: a prompt, a
 * completion, a URL with a key in it.
 */
import { diag } from '@opentelemetry/api';

/** Where telemetry can fail. */
export type Stage = 'options' | 'call' | 'attempt' | 'metrics' | 'spans' | 'logs' | 'hooks' | 'export';

/** Every stage, for series that exist before their first error. */
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

/** Runs steps of telemetry so that what they throw goes no further. */
export class Guard {
  readonly #count: (stage: Stage) => void;
  readonly #reported = new Set<Stage>();

  /** `count` is called for each swallowed failure. */
  constructor(count: (stage: Stage) => void) {
    this.#count = count;
  }

  /** The result of `step`, or `undefined` when it throws. A promise that it returns may reject: that goes no further. */
  run<Result>(stage: Stage, step: () => Result): Result | undefined {
    try {
      const result = step();
      // What the application's logger returns is never awaited, and an unhandled rejection ends the process.
      if (isThenable(result)) result.then(undefined, (problem) => this.report(stage, problem));
      return result;
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

  /** Counts a failure that was caught elsewhere, and reports the first in `stage` to `diag`. */
  report(stage: Stage, problem: unknown): void {
    try {
      this.#count(stage);
    } catch {
      // The meter provider itself fails. The warning is still written.
    }
    if (this.#reported.has(stage)) return;
    this.#reported.add(stage);
    try {
      diag.warn(
        `anthropic-otel: ${stage} telemetry failed (${nameOf(problem)}); the application is not affected`,
      );
    } catch {
      // The application's own diagnostics failed too: there is no one left to report to.
    }
  }
}

/** The form of the names of classes. */
const CLASS = /^[A-Z]\w{0,39}$/;
/** The form of the codes of Node and of its `fetch`. Any other code could be content. */
const CODE = /^(?:(?:UND_)?ERR_[A-Z0-9_]{1,60}|E[A-Z0-9]{2,15})$/;

/** The class of `problem`, and its code where it has one, such as `TypeError ERR_INVALID_URL`. */
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
