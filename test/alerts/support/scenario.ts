/** What a scenario is: a fleet, and all alerts that fire in it at a time. */
import type { PromtoolTest } from './promtool.ts';
import { type ProcessSpec, simulate, TARGET } from './simulate.ts';

/** All alerts that fire at a time, as `Name` or `Name/condition`, each with ` label=value` for the labels that the scenario shows. */
export interface Check {
  /** Seconds from the start of the test. */
  readonly at: number;
  readonly firing: readonly string[];
}

/** One scenario. */
export interface Scenario {
  readonly name: string;
  readonly processes: readonly ProcessSpec[];
  readonly checks: readonly Check[];
  /** Seconds at the beginning that are not evaluated, so that a test is short; 0 when absent. */
  readonly skip?: number;
  /** Seconds between two scrapes; 15 when absent. */
  readonly scrape?: number;
  /** Seconds between two evaluations; those between scrapes when absent. */
  readonly evaluate?: number;
  /** Labels to compare beside name and condition. */
  readonly shows?: readonly string[];
  /** Whether the alerts on the error budget are part of it. They look back on days, and take most of the time of a test. */
  readonly budget?: boolean;
  /** The one alert that is looked at; all of them when absent. */
  readonly only?: string;
  /** Whether the metrics are pushed: no staleness markers, no `up`. */
  readonly push?: boolean;
}

/** `scenario` in promtool's format, with `mark` on all of its series and alerts. */
export function promtoolTest(scenario: Scenario, mark: Readonly<Record<string, string>> = {}): PromtoolTest {
  const { processes, scrape = 15, shows = [], push = false, skip = 0, only } = scenario;
  const checks = scenario.checks.filter(({ at }) => at >= skip);
  const until = Math.max(...checks.map(({ at }) => at));
  const marked = processes.map((process) => ({
    ...process,
    labels: { ...(process.labels ?? TARGET), ...mark },
  }));
  // The watchdog always fires.
  const name = only ? `alertname="${only}"` : 'alertname!="AnthropicWatchdog"';
  const alerts = ['alertstate="firing"', name, ...labelTexts(mark)].join(', ');
  const expr = `group by (${['alertname', 'condition', ...shows].join(', ')}) (ALERTS{${alerts}})`;
  return {
    name: scenario.name,
    interval: `${scrape}s`,
    input_series: simulate(marked, { from: skip, until, step: scrape, push }),
    promql_expr_test: checks.map(({ at, firing }) => ({
      expr,
      eval_time: `${at - skip}s`,
      exp_samples: firing.map((text) => ({ labels: labelsOf(text), value: 1 })),
    })),
  };
}

function labelTexts(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
}

/** `Name/condition label=value` as labels. */
export function labelsOf(text: string): string {
  const [head = '', ...more] = text.split(' ');
  const [name, ...condition] = head.split('/');
  const labels = [
    `alertname="${name}"`,
    ...(condition.length > 0 ? [`condition="${condition.join('/')}"`] : []),
    ...more.map((pair) => `${pair.replace('=', '="')}"`),
  ];
  return `{${labels.join(', ')}}`;
}

/** Nothing fires from one time to another, looked at every `every` seconds. */
export function silent(from: number, to: number, every = 60): Check[] {
  return during(from, to, [], every);
}

/** Exactly `firing` fires from one time to another. */
export function during(from: number, to: number, firing: readonly string[], every = 60): Check[] {
  const checks: Check[] = [];
  for (let at = from; at <= to; at += every) checks.push({ at, firing });
  return checks;
}
