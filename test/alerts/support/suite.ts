/** Runs scenarios with the rules, many in one promtool. */
import { rulesYaml } from '../../../src/mixin/alerts/build.ts';
import { type AlertConfig, DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import { type PromtoolTest, type Tester, testRules } from './promtool.ts';
import { type Check, promtoolTest, type Scenario } from './scenario.ts';

/** The alert that looks back on days: most of the time of a test. */
export const BUDGET = 'AnthropicErrorBudgetBurning';

/** A check that did not hold. */
export interface Failure {
  readonly scenario: string;
  /** What promtool printed of it. */
  readonly text: string;
}

/** How scenarios are run. */
export interface SuiteOptions {
  readonly config?: AlertConfig;
  /** How many programs at a time; 2 when absent. */
  readonly parallel?: number;
  /** Another program than the promtool of this machine. */
  readonly tester?: Tester;
}

/** The label that tells scenarios apart which share a test. */
const SCENARIO = 'scenario';
/** Scenarios in one test: most of the time of an evaluation goes into the rules, not into their series. */
const TOGETHER = 24;

/**
 * The checks that do not hold, of all `scenarios`, with the rules of `config`. Many scenarios share one test, as services that differ in one more
 * grouping label: the rules keep services apart.
 */
export async function failuresOf(
  scenarios: readonly Scenario[],
  { config = DEFAULT_CONFIG, parallel = 2, tester = {} }: SuiteOptions = {},
): Promise<Failure[]> {
  const settings = { ...config, groupingLabels: [...config.groupingLabels, SCENARIO] };
  const rules = rulesYaml(settings);
  const withoutBudget = rulesYaml({ ...settings, disabled: [...config.disabled, BUDGET] });
  const batches = new Map<string, { rules: string; interval: number; all: Scenario[] }>();
  for (const scenario of scenarios) {
    const usual = scenario.evaluate ?? scenario.scrape ?? 15;
    // vmalert reads a record one evaluation later, when it would be too old.
    const interval = tester.vmalertTool ? Math.min(60, usual) : usual;
    const key = `${interval} ${scenario.scrape} ${scenario.budget}`;
    const batch = batches.get(key) ?? { rules: scenario.budget ? rules : withoutBudget, interval, all: [] };
    batches.set(key, batch);
    batch.all.push(scenario);
  }
  const parts = [...batches.values()].flatMap(({ all, ...rest }) => {
    // Scenarios of one length together: a test lasts as long as its longest one.
    const sorted = all.toSorted((x, y) => lengthOf(x) - lengthOf(y));
    const count = Math.ceil(all.length / TOGETHER);
    const size = Math.ceil(all.length / count);
    return Array.from({ length: count }, (_, i) => ({
      ...rest,
      some: sorted.slice(i * size, (i + 1) * size),
    }));
  });
  const failures: Failure[] = [];
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      failures.push(...(await run(part.rules, part.some, part.interval, tester)));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return failures;
}

/** Seconds that a scenario lasts. */
export function lengthOf({ checks, skip = 0 }: Scenario): number {
  return Math.max(...checks.map(({ at }) => at)) - skip;
}

async function run(
  rules: string,
  scenarios: readonly Scenario[],
  interval: number,
  tester: Tester,
): Promise<Failure[]> {
  const played = tester.vmalertTool
    ? scenarios.map((scenario) => settled(scenario, interval)).filter(({ checks }) => checks.length > 0)
    : scenarios;
  if (played.length === 0) return [];
  const tests = played.map((scenario, i) => promtoolTest(scenario, { [SCENARIO]: `${i}` }));
  const together: PromtoolTest = {
    name: 'scenarios',
    interval: tests[0]?.interval ?? '15s',
    input_series: tests.flatMap(({ input_series }) => input_series),
    promql_expr_test: tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test),
  };
  const { passed, output } = await testRules(rules, [together], `${interval}s`, tester);
  if (passed) return [];
  // Each failure names its scenario in its query: promtool prints no name with it.
  const failures = output
    .split(/^ {4}(?=expr: )/m)
    .slice(1)
    .map((text) => ({
      scenario: played[Number(/scenario=\W*(\d+)/.exec(text)?.[1])]?.name ?? 'promtool',
      text: text
        .replace(/^.*?, (?=time: )/s, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }));
  return failures.length > 0 ? failures : [{ scenario: 'promtool', text: output.slice(0, 3000) }];
}

/**
 * The checks of a scenario that hold for some evaluations already. vmalert sees what a rule records at the next evaluation only, so that an alert
 * comes and ends up to four evaluations later.
 */
function settled(scenario: Scenario, interval: number): Scenario {
  const checks = scenario.checks.filter(({ at, firing }, i, all) => {
    const before = all.slice(0, i).filter((check) => check.at > at - 4 * interval - 1);
    const earlier = all.slice(0, i).findLast((check) => check.at <= at - 4 * interval);
    const same = (check: Check | undefined) => check?.firing.join() === firing.join();
    return same(earlier) && before.every(same);
  });
  return { ...scenario, checks };
}
