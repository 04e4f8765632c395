/** The text of every alert as Prometheus renders it, in a scenario in which it fires. */
import { beforeAll, describe, expect, it } from 'vitest';
import { rulesYaml } from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { testRules } from './support/promtool.ts';
import { ALERT_RULES } from './support/rules.ts';
import { promtoolTest, type Scenario } from './support/scenario.ts';
import { BUDGET } from './support/suite.ts';

const nameOf = ({ alert, condition }: { alert: string; condition?: string }) =>
  condition ? `${alert}/${condition}` : alert;
const rendered = new Map<string, Record<string, string>>();

interface Rendering {
  readonly scenario: Scenario;
  readonly at: number;
  readonly alerts: Set<string>;
}

/**
 * Renders alerts: what promtool got where it was told to expect none. Renderings that share an interval are one test, as services that differ in one
 * more grouping label.
 */
async function render(renderings: readonly Rendering[]): Promise<void> {
  const intervalOf = ({ scenario }: Rendering) => scenario.evaluate ?? scenario.scrape ?? 15;
  const keyOf = (each: Rendering) => `${intervalOf(each)} ${each.scenario.scrape} ${each.scenario.budget}`;
  await Promise.all(
    [...new Set(renderings.map(keyOf))].map(async (key) => {
      const same = renderings.filter((each) => keyOf(each) === key);
      const [first] = same;
      if (!first) return;
      const mark = same.length > 1 ? ['rendering'] : [];
      const tests = same.map(({ scenario, at, alerts }, i) => {
        const marks = Object.fromEntries(mark.map((label) => [label, `${i}`]));
        const { interval, input_series } = promtoolTest({ ...scenario, checks: [{ at, firing: [] }] }, marks);
        const eval_time = `${at - (scenario.skip ?? 0)}s`;
        const alert_rule_test = [...alerts].map((alertname) => ({ eval_time, alertname, exp_alerts: [] }));
        return { interval, input_series, alert_rule_test };
      });
      const together = {
        name: 'texts',
        interval: tests[0]?.interval ?? '',
        input_series: tests.flatMap(({ input_series }) => input_series),
        alert_rule_test: tests.flatMap(({ alert_rule_test }) => alert_rule_test),
      };
      const config = {
        ...DEFAULT_CONFIG,
        groupingLabels: [...DEFAULT_CONFIG.groupingLabels, ...mark],
        disabled: first.scenario.budget ? [] : [BUDGET],
      };
      const { output } = await testRules(rulesYaml(config), [together], `${intervalOf(first)}s`);
      for (const [, labels = '', annotations = ''] of output.matchAll(
        /Labels:\{(.*)\}\s+Annotations:\{(.*)\}/g,
      )) {
        const of = pairs(labels);
        const condition = of['condition'];
        const name = nameOf({ alert: of['alertname'] ?? '', ...(condition && { condition }) });
        rendered.set(name, { ...of, ...pairs(annotations) });
      }
    }),
  );
}

function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, name = '', value = '""']) => [
      name,
      JSON.parse(value),
    ]),
  );
}

beforeAll(async () => {
  const renderings = new Map<string, Rendering>();
  for (const rule of ALERT_RULES) {
    const name = nameOf(rule);
    const fires = (scenario: Scenario) =>
      scenario.checks.find(({ firing }) => firing.some((text) => text.split(' ')[0] === name));
    // The shortest one in which it fires.
    const length = (scenario: Scenario) => (fires(scenario)?.at ?? Infinity) - (scenario.skip ?? 0);
    const scenario = SCENARIOS.toSorted((a, b) => length(a) - length(b))[0];
    const check = scenario && fires(scenario);
    if (!check) continue;
    const key = `${scenario.name} ${check.at}`;
    const rendering = renderings.get(key) ?? { scenario, at: check.at, alerts: new Set() };
    renderings.set(key, rendering);
    rendering.alerts.add(rule.alert);
  }
  await render([...renderings.values()]);
});

describe.each(
  ALERT_RULES.filter(({ alert }) => alert !== 'AnthropicWatchdog').map(
    (rule) => [nameOf(rule), rule] as const,
  ),
)('%s', (name, rule) => {
  it('names the service, gives a number, and leaves no part of a template', () => {
    const text = rendered.get(name);
    expect([...rendered.keys()], 'alerts whose text a scenario renders').toContain(name);
    const { summary = '', description = '', runbook_url = '', dashboard_url = '' } = text ?? {};
    expect(`${summary}${description}${runbook_url}${dashboard_url}`).not.toMatch(
      /\{\{|<no value>|%!|NaN|<error/,
    );
    expect(summary).toMatch(/^(?:app|service-\d|a|b)[,:]/);
    expect(description).toMatch(/\d/);
    expect(runbook_url).toBe(`${DEFAULT_CONFIG.urls.runbooks}/${rule.alert}.md`);
    expect(dashboard_url).toContain('&var-job=app');
    if (rule.leadingKind) expect(description).toMatch(/Most attempts failed with [a-z_]+\.$/);
  });
});

it('states where a service runs, and links to it there', async () => {
  const scenario = SCENARIOS.find(({ name }) => name.startsWith('half of the calls fail in one namespace'));
  if (!scenario) throw new Error('no such scenario');
  await render([{ scenario, at: 1500, alerts: new Set(['AnthropicHighErrorRate']) }]);
  const { summary, dashboard_url } = rendered.get('AnthropicHighErrorRate') ?? {};
  expect(summary).toBe('app, namespace prod, cluster us: more than 5 % of the Claude calls fail.');
  expect(dashboard_url).toContain('&var-cluster=us&var-namespace=prod&var-job=app&var-model=claude-opus-5-5');
});
