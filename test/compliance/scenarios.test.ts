/** Every scenario, without telemetry and with it: the application must not see a difference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from './scenarios/index.ts';
import { createCopies, type Run, runScenarios, type Way } from './support/run.ts';

const copies = createCopies();

/** The ways in which an application gets telemetry. */
const WAYS: Readonly<Record<string, Way>> = {
  'withTelemetry and observe': { mode: 'code', loader: 'esm' },
  'withTelemetry, without a context manager': { mode: 'code', loader: 'esm', env: { CONTEXT: 'none' } },
  'withTelemetry, beside the undici instrumentation': {
    mode: 'code',
    loader: 'esm',
    env: { UNDICI: 'true' },
  },
  'register, in ES modules': { mode: 'register', loader: 'esm' },
  'register, in CommonJS': { mode: 'register', loader: 'cjs' },
  'register, with the spans of the SDK switched off': {
    mode: 'register',
    loader: 'esm',
    env: { ANTHROPIC_OPEN_TELEMETRY: 'false' },
  },
};

const equal = new Map(SCENARIOS.map(({ name }) => [name, 0]));
let plain: Run;
let passing: Run;
let observed: ReadonlyMap<string, Run>;

beforeAll(async () => {
  const ways = Object.entries(WAYS);
  const runs = ways.map(async ([title, way]) => [title, await runScenarios(copies, way)] as const);
  // The two builds of the SDK behave alike: one run stands for both.
  plain = await runScenarios(copies, { mode: 'plain', loader: 'esm' });
  passing = await runScenarios(copies, { mode: 'passing', loader: 'esm' }, 'fetch that gives');
  observed = new Map(await Promise.all(runs));
});

afterAll(() => {
  const all = [...equal.values()];
  const good = all.filter((count) => count === Object.keys(WAYS).length).length;
  const ways = Object.keys(WAYS).length;
  process.stdout.write(`compliance: ${good} of ${all.length} scenarios equal, in ${ways} ways each\n`);
});

/** What a run saw of the scenario `name`. Two runs that saw nothing are not equal: they did not run it. */
function observationOf(name: string, run: Run | undefined): unknown {
  const observation = run?.observations.get(name);
  if (observation === undefined) throw new Error(`the scenario "${name}" did not run`);
  return observation;
}

describe.each(Object.keys(WAYS))('%s', (title) => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (name, scenario) => {
    const expected = observationOf(name, scenario.anyMiddleware ? passing : plain);
    const actual = observationOf(name, observed.get(title));
    expect(actual).toEqual(expected);
    equal.set(name, (equal.get(name) ?? 0) + 1);
  });

  test('the process ends as it would, and telemetry was on', () => {
    const run = observed.get(title);
    expect(run?.code).toBe(0);
    expect(plain.code).toBe(0);
    const logged = run?.records.filter(({ event }) => event === 'anthropic.call').length;
    expect(run?.recorded?.calls ?? logged).toBeGreaterThan(SCENARIOS.length);
  });
});

test('the scenarios are many, and each has a name of its own', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(100);
  expect(equal.size).toBe(SCENARIOS.length);
});

test('what the scenarios leave unhandled is reported once, with telemetry and without', () => {
  const unhandled = (run: Run | undefined): string[] =>
    [...(run?.observations.values() ?? [])]
      .filter((each) => each.unhandled.length > 0)
      .map(({ name }) => name);
  const expected = ['the stream helper whose failure is not handled', 'a failure that is not handled'];
  expect(unhandled(plain)).toEqual(expected);
  for (const run of observed.values()) expect(unhandled(run)).toEqual(expected);
});
