/**
 * Counts in the scenarios in which counting goes wrong: process starts, deploys, restarts, gaps, a fresh Prometheus. Totals, bars, the last five
 * minutes and the records must all give the exact number, for scraped and for pushed metrics, for short and long ranges, at the
 * instant of a scrape and one millisecond after it (where the ranges of Prometheus 2 and 3 differ).
 */
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { interpolate } from '../../dev/interpolate.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { RECORDED } from '../../src/mixin/dashboards/lib/counts.ts';
import { Queries } from '../../src/mixin/dashboards/lib/queries.ts';
import { dashboardRecordsYaml } from '../../src/mixin/dashboards/records.ts';
import { type PromtoolTest, testRules } from '../alerts/support/promtool.ts';
import { simulate } from '../alerts/support/simulate.ts';
import { countScenarios, visibleEvents } from './support/scenarios.ts';

const SERIES = 'anthropic_client_authentication_failures_total{http_route="/v1/messages"}';
const STEP = 15;
const UNTIL = 1800;
const q = new Queries(DEFAULT_CONFIG);

describe.each<[string, string, readonly number[]]>([
  ['total', q.total('authenticationFailures', []), [60, 300, 1200]],
  ['bars', q.bars('authenticationFailures', []), [60, 300, 1200]],
  ['recent', q.recent('authenticationFailures', []), [300]],
])('%s', (kind, query, ranges) => {
  const cases = ranges.flatMap((range): ['scrape' | 'push', number, number][] => [
    ['scrape', range, STEP],
    ...(range === 60 ? [] : [['push', range, STEP] as ['push', number, number]]),
    // A short range of rare scrapes.
    ...(range === 300 ? [['scrape', range, 60] as ['scrape', number, number]] : []),
  ]);
  it.each(cases)(
    'counts exactly in every scenario, by %s, over %d s, every %d s',
    async (path, range, step) => {
      const expr = interpolate(query, {
        from: 0,
        to: range * 1000,
        // One bar as long as the range: both ask the same then.
        maxDataPoints: kind === 'bars' ? 1 : 1000,
        scrapeInterval: kind === 'bars' ? range : step,
        variables: { cluster: '.*', namespace: '.*', job: '.*', instance: '.*', recorded: '' },
      });
      const tests: PromtoolTest[] = countScenarios(range, path).map((scenario) => {
        const expectations = [];
        // A range that begins before the test knows nothing of its beginning, like a fresh Prometheus.
        for (let time = range < 600 ? 0 : range; time <= UNTIL; time += 2 * step) {
          const count = visibleEvents(scenario, time, range, step);
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
          interval: `${step}s`,
          input_series: simulate(scenario.processes(SERIES), { until: UNTIL, step, push: path === 'push' }),
          promql_expr_test: expectations,
        };
      });
      const { passed, output } = await testRules('groups: []', tests);
      expect(passed, output.slice(0, 4000)).toBe(true);
    },
  );
});

describe('records', () => {
  const [group] = parse(dashboardRecordsYaml(DEFAULT_CONFIG)).groups;
  const ofSeries = ({ record }: { record: string }) => record.includes('authentication_failures');
  const rules = stringify({ groups: [{ ...group, rules: group.rules.filter(ofSeries) }] });
  const expr = interpolate(q.total('authenticationFailures', []), {
    from: 0,
    to: 2_700_000,
    maxDataPoints: 180,
    scrapeInterval: STEP,
    variables: { cluster: '.*', namespace: '.*', job: '.*', instance: '.*', recorded: RECORDED.window },
  });

  it.each(['scrape', 'push'] as const)('add up to every event, by %s', async (path) => {
    const scenarios = [60, 300, 1200].flatMap((window) => countScenarios(window, path));
    const tests: PromtoolTest[] = [...new Set(scenarios)].map((scenario) => ({
      name: scenario.name,
      interval: `${STEP}s`,
      input_series: simulate(scenario.processes(SERIES), { until: UNTIL, step: STEP, push: path === 'push' }),
      promql_expr_test: [
        {
          expr: `${expr} > 0`,
          eval_time: `${UNTIL + 120}s`,
          exp_samples: scenario.events.length > 0 ? [{ labels: '{}', value: scenario.events.length }] : [],
        },
      ],
    }));
    const { passed, output } = await testRules(rules, tests, RECORDED.window);
    expect(passed, output.slice(0, 4000)).toBe(true);
  });
});
