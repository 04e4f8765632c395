/** Every scenario, without telemetry and with it: the application must not be able to tell the two apart. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from './scenarios/index.ts';
import { createCopies, type Run, runScenarios, type Way } from './support/run.ts';

const copies = createCopies();

/** The ways in which an application gets telemetry. */
const WAYS: Readonly<Record<string, Way>> = {
  'withTelemetry and observe': { mode: 'code', loader: 'esm' },
  'withTelemetry, without a context manager': { mode: 'code', loader: 'esm', env: { CONTEXT: 'none' } },
  'withTelemetry, beside the undici instrumentation': { mode: 'code', loader: 'esm', env: { UNDICI: 'true' } },
  'register, in ES modules': { mode: 'register', loader: 'esm' },
  'register, in CommonJS': { mode: 'register', loader: 'cjs' },
};

const PLAIN: readonly Way[] = [
  { mode: 'plain', loader: 'esm' },
  { mode: 'plain', loader: 'cjs' },
];

const equal = new Map(SCENARIOS.map(({ name }) => [name, 0]));
let plain: readonly Run[];
let passing: readonly Run[];
let observed: ReadonlyMap<string, Run>;

beforeAll(async () => {
  const ways = Object.entries(WAYS);
  const runs = ways.map(async ([title, way]) => [title, await runScenarios(copies, way)] as const);
  const bare = PLAIN.map((way) => runScenarios(copies, way));
  plain = await Promise.all(bare);
  passing = await Promise.all(
    PLAIN.map((way) => runScenarios(copies, { ...way, mode: 'passing' }, 'fetch that gives')),
  );
  observed = new Map(await Promise.all(runs));
});

afterAll(() => {
  const all = [...equal.values()];
  const good = all.filter((count) => count === Object.keys(WAYS).length).length;
  const ways = Object.keys(WAYS).length;
  process.stdout.write(`compliance: ${good} of ${all.length} scenarios equal, in ${ways} ways each\n`);
});

describe.each(Object.entries(WAYS))('%s', (title, { loader }) => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (name, scenario) => {
    const index = PLAIN.findIndex((way) => way.loader === loader);
    const expected = (scenario.anyMiddleware ? passing : plain)[index]?.observations.get(name);
    expect(expected).toBeDefined();
    expect(observed.get(title)?.observations.get(name)).toEqual(expected);
    equal.set(name, (equal.get(name) ?? 0) + 1);
  });

  test('the process ends as it would, and telemetry was on', () => {
    const run = observed.get(title);
    expect(run?.code).toBe(0);
    expect(plain.map(({ code }) => code)).toEqual([0, 0]);
    const logged = run?.records.filter(({ event }) => event === 'anthropic.call').length;
    expect(run?.recorded?.calls ?? logged).toBeGreaterThan(SCENARIOS.length);
  });
});

test('the scenarios are many, and each has a name of its own', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(100);
  expect(equal.size).toBe(SCENARIOS.length);
});

test('what the scenarios let nobody handle is told once, with telemetry and without', () => {
  const unhandled = (run: Run | undefined): string[] =>
    [...(run?.observations.values() ?? [])].filter((each) => each.unhandled.length > 0).map(({ name }) => name);
  const expected = ['the stream helper whose failure nobody handles', 'a failure that nobody handles'];
  expect(unhandled(plain[0])).toEqual(expected);
  for (const run of observed.values()) expect(unhandled(run)).toEqual(expected);
});
