/**
 * The scenarios in which counting events goes wrong: births, deploys, restarts, gaps. Every alert and record that
 * one event must show in goes through all of them, for scraped and for pushed metrics, evaluated at the instant
 * of a scrape and one millisecond after it (where the ranges of Prometheus 2 and 3 differ).
 */
import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/mixin/alerts/config.ts';
import { ANY_EVENT_RULES } from './support/any-event.ts';
import { type PromtoolTest, testRules } from './support/promtool.ts';
import { expressionOf, rulesOf } from './support/rules.ts';
import { birthScenarios, visibleEvents } from './support/scenarios.ts';
import { world } from './support/world.ts';

const STEP = 15;
const UNTIL = 2700;

describe.each(ANY_EVENT_RULES)('$rule', ({ rule, series, window }) => {
  it.each(['scrape', 'push'] as const)('counts exactly in every scenario, by %s', async (path) => {
    const tests: PromtoolTest[] = birthScenarios(seconds(window), path).map((scenario) => {
      const expectations = [];
      for (let time = 0; time <= UNTIL; time += STEP) {
        const count = visibleEvents(scenario, time, seconds(window), STEP);
        for (const late of [0, 1]) {
          expectations.push({
            expr: `sum(${expressionOf(rule)}) > 0`,
            eval_time: `${time * 1000 + late}ms`,
            exp_samples: count > 0 ? [{ labels: '{}', value: count }] : [],
          });
        }
      }
      return {
        name: scenario.name,
        interval: `${STEP}s`,
        input_series: world(scenario.processes(series), { until: UNTIL, step: STEP, path }),
        promql_expr_test: expectations,
      };
    });
    // With the records that it reads.
    const { passed, output } = await testRules(rulesOf(rule), tests);
    expect(passed, output.slice(0, 4000)).toBe(true);
  });
});
