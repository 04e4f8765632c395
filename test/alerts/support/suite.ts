/** Runs scenarios with the rules, many in one promtool. */
import { rulesYaml } from '../../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import { type PromtoolTest, testRules } from './promtool.ts';
import { firingQuery, promtoolTest, type Scenario } from './scenario.ts';

const BUDGET = ['AnthropicErrorBudgetBurningFast', 'AnthropicErrorBudgetBurningSlow'];

/** A check that did not hold. */
export interface Failure {
  readonly scenario: string;
  /** What promtool printed of it. */
  readonly text: string;
}

/** The checks that do not hold, of all `scenarios`, with the rules of `config`. */
export async function failuresOf(
  scenarios: readonly Scenario[],
  config = DEFAULT_CONFIG,
  parallel = 2,
): Promise<Failure[]> {
  const rules = rulesYaml(config);
  const withoutBudget = rulesYaml({ ...config, disabled: [...config.disabled, ...BUDGET] });
  const batches = new Map<string, { rules: string; interval: number; all: Scenario[] }>();
  for (const scenario of scenarios) {
    const interval = scenario.evaluate ?? scenario.scrape ?? 15;
    const key = `${interval} ${scenario.budget}`;
    const batch = batches.get(key) ?? { rules: scenario.budget ? rules : withoutBudget, interval, all: [] };
    batches.set(key, batch);
    batch.all.push(scenario);
  }
  const parts = [...batches.values()].flatMap(({ all, ...rest }) =>
    Array.from({ length: parallel }, (_, i) => ({
      ...rest,
      some: all.filter((__, j) => j % parallel === i),
    })),
  );
  const failures: Failure[] = [];
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      if (part.some.length > 0) failures.push(...(await run(part.rules, part.some, part.interval)));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return failures;
}

async function run(rules: string, scenarios: readonly Scenario[], interval: number): Promise<Failure[]> {
  const tests = scenarios.map((scenario, i) => marked(promtoolTest(scenario), scenario, i));
  const { passed, output } = await testRules(rules, tests, `${interval}s`);
  if (passed) return [];
  // Each failure names its scenario in its query: promtool prints no name with it.
  const failures = output
    .split(/^ {4}(?=expr: )/m)
    .slice(1)
    .map((text) => ({
      scenario: scenarios[Number(/scenario (\d+)/.exec(text)?.[1])]?.name ?? 'promtool',
      text: text
        .replace(/^.*?, (?=time: )/s, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }));
  return failures.length > 0 ? failures : [{ scenario: 'promtool', text: output.slice(0, 3000) }];
}

function marked(test: PromtoolTest, { shows }: Scenario, index: number): PromtoolTest {
  const expr = firingQuery(shows, `alertname!="AnthropicWatchdog", alertname!="scenario ${index}"`);
  return { ...test, promql_expr_test: test.promql_expr_test?.map((check) => ({ ...check, expr })) ?? [] };
}
