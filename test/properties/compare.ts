/** What is wrong with a session: where telemetry changed it, and where it miscounted. */
import { isDeepStrictEqual } from 'node:util';
import { expectedOf, isErrorOf } from './ledger.ts';
import type { RecordedCall } from './recorded.ts';
import type { CallRun, Sdk, SessionRun } from './run.ts';

/** Something that is wrong. `kind` is the same for all of one cause, as far as that shows. */
export interface Mismatch {
  readonly kind: string;
  /** The model of the call, which has its number in the session. */
  readonly model?: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Where the application or the wire of `observed` differ from `bare`. */
export function harms(bare: SessionRun, observed: SessionRun): Mismatch[] {
  return bare.calls.flatMap((without, index) => {
    const given = observed.calls[index];
    if (!given) return [{ kind: 'call: missing', expected: 1, actual: 0 }];
    return [
      ...differing(`application: ${endOf(without)} → ${endOf(given)}`, gotBy(without), gotBy(given)),
      ...differing(
        `wire: ${without.wire.length} → ${given.wire.length} attempts`,
        wireOf(without),
        wireOf(given),
      ),
    ];
  });
}

function gotBy({ noted: { got, end, aborted } }: CallRun): unknown {
  return { end, aborted, got };
}

function endOf({ noted: { end, got } }: CallRun): string {
  const { thrown } = (got.at(-1) ?? {}) as { thrown?: { classes: string[] } };
  return end === 'threw' ? `threw ${thrown?.classes[0]}` : end;
}

/** The requests of a call as the server saw them. */
function wireOf({ wire, plan }: CallRun): unknown[] {
  // What a middleware leaves unread of a response is closed when it is collected.
  const leaves = plan.nextTwice || ['replay', 'fall-back', 'throw-after', 'peek'].includes(plan.act);
  return wire.map(({ request, retryCount, headerNames, body, clientClosed }) => ({
    request,
    retryCount,
    headerNames,
    // What parts a form from the next differs between any two requests.
    body: body.replaceAll(/formdata-undici-\d+/g, ''),
    clientClosed: leaves ? undefined : clientClosed,
  }));
}

/** Where what was recorded differs from what server and application know. */
export function miscounts(sdk: Sdk, { calls, recorded }: SessionRun): Mismatch[] {
  if (!recorded) return [];
  return [
    ...calls.flatMap((call) =>
      miscountsOf(sdk, call, recorded.call(call.plan.method, call.model)).map((each) => ({
        ...each,
        model: call.model,
      })),
    ),
    ...differing('telemetry errors', [], recorded.telemetryErrors),
    ...differing('open spans', 0, recorded.openSpans),
  ];
}

function miscountsOf(sdk: Sdk, run: CallRun, recorded: RecordedCall): Mismatch[] {
  const expected = expectedOf(sdk, run);
  if (expected.optional && recorded.outcomes.length === 0) {
    return differing('unrecorded call: attempts', [], recorded.attempts);
  }
  const { outcomes, attempts, exhausted, tokens } = expected;
  const { method, take } = run.plan;
  const what = take === 'as-response' ? `${method} response` : method;
  if (recorded.outcomes.length === 0) return differing(`${what}: not recorded`, outcomes, recorded.outcomes);
  const wrong = attemptsOf(what, attempts, recorded.attempts);
  return [
    ...outcomesOf(what, outcomes, recorded.outcomes),
    ...differing(`${what}: log records`, recorded.outcomes, recorded.logged),
    ...wrong,
    ...differing(
      `${what}: error types`,
      [],
      recorded.errors.filter((error) => !isErrorOf(run, error)),
    ),
    // These follow from the attempts.
    ...(wrong.length === 0 ? consequences(what, attempts.length, recorded) : []),
    ...among(`${what}: exhausted → ${recorded.exhausted}`, exhausted, recorded.exhausted),
    ...(tokens ? differing(`${what}: tokens`, tokens, stated(recorded)) : []),
    ...differing(`${what}: active calls`, 0, recorded.activeCalls),
  ];
}

function consequences(what: string, attempts: number, recorded: RecordedCall): Mismatch[] {
  return [
    ...differing(
      `${what}: log records of retries`,
      recorded.attempts.filter((attempt) => attempt.includes(' retried')).length,
      recorded.retriesLogged,
    ),
    ...differing(`${what}: spans`, [1, attempts], [recorded.callSpans, recorded.attemptSpans]),
  ];
}

function outcomesOf(what: string, expected: readonly string[], actual: readonly string[]): Mismatch[] {
  const kind = `${what}: ${expected.join(' or ')} → ${actual.join(', ')}`;
  return among(
    kind,
    expected.map((outcome) => [outcome]),
    actual,
  );
}

function stated({ inputTokens, outputTokens }: RecordedCall): unknown {
  return { input: inputTokens ?? 0, output: outputTokens ?? 0 };
}

function attemptsOf(
  what: string,
  expected: ReadonlyArray<readonly string[]>,
  actual: readonly string[],
): Mismatch[] {
  if (match(expected, actual)) return [];
  const missing = expected
    .filter((ways) => !ways.some((way) => actual.includes(way)))
    .map(([way = '']) => way);
  const extra = actual.filter((word) => !expected.some((ways) => ways.includes(word)));
  const number = expected.length === actual.length ? '' : ` (${expected.length} → ${actual.length})`;
  return [{ kind: `${what}: attempts ${classes(missing)} → ${classes(extra)}${number}`, expected, actual }];
}

/** Whether each of `actual` is one of the ways of another of `expected`. */
function match([ways, ...others]: ReadonlyArray<readonly string[]>, actual: readonly string[]): boolean {
  if (!ways) return actual.length === 0;
  return ways.some((way) => {
    const at = actual.indexOf(way);
    return at !== -1 && match(others, actual.toSpliced(at, 1));
  });
}

/** Attempts by the class of their status, each once. */
function classes(attempts: readonly string[]): string {
  return [...new Set(attempts.map((attempt) => attempt.replace(/^(\d)\d\d/, '$1xx')))].sort().join(', ');
}

function among(kind: string, expected: readonly unknown[], actual: unknown): Mismatch[] {
  return expected.some((each) => isDeepStrictEqual(each, actual)) ? [] : [{ kind, expected, actual }];
}

function differing(kind: string, expected: unknown, actual: unknown): Mismatch[] {
  return among(kind, [expected], actual);
}
