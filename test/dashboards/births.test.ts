/**
 * Totals and bars in the scenarios in which counting goes wrong: births, deploys, restarts, gaps, a fresh
 * Prometheus. Both must give the exact number, for scraped and for pushed metrics, for short and long ranges, at
 * the instant of a scrape and one millisecond after it (where the ranges of Prometheus 2 and 3 differ).
 */
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../dev/interpolate.ts';
import { perBar, total } from '../../src/mixin/dashboards/queries.ts';
import { type PromtoolTest, testRules } from '../alerts/support/promtool.ts';
import { birthScenarios, visibleEvents } from './support/scenarios.ts';
import { world } from './support/world.ts';

const SERIES = 'anthropic_client_authentication_failures_total{http_route="/v1/messages"}';
const STEP = 15;
const UNTIL = 1800;

describe.each([
  ['total', total('authenticationFailures', [])],
  ['bars', perBar('authenticationFailures', [])],
])('%s', (kind, query) => {
  it.each([
    ['scrape', 60],
    ['scrape', 300],
    ['push', 300],
    ['scrape', 1200],
    ['push', 1200],
  ] as const)('counts exactly in every scenario, by %s, over %d s', async (path, range) => {
    const expr = interpolate(query, {
      from: 0,
      to: range * 1000,
      // One bar as long as the range: both ask the same then.
      maxDataPoints: kind === 'bars' ? 1 : 1000,
      scrapeInterval: kind === 'bars' ? range : STEP,
      variables: { job: '.+', instance: '.+' },
    });
    const tests: PromtoolTest[] = birthScenarios(range, path).map((scenario) => {
      const expectations = [];
      // A range that begins before the test knows nothing of its beginning, like a fresh Prometheus.
      for (let time = range < 600 ? 0 : range; time <= UNTIL; time += 2 * STEP) {
        const count = visibleEvents(scenario, time, range, STEP);
        for (const late of [0, 1]) {
          expectations.push({
            expr: `${expr} > 0`,
            eval_time: `${time * 1000 + late}ms`,
            exp_samples: count > 0 ? [{ labels: '{}', value: count }] : [],
          });
        }
      }
      return {
        name: scenario.name,
        interval: `${STEP}s`,
        input_series: world(scenario.processes(SERIES), { until: UNTIL, step: STEP, path }),
        promql_expr_test: expectations,
      };
    });
    const { passed, output } = await testRules('groups: []', tests);
    expect(passed, output.slice(0, 4000)).toBe(true);
  });
});
