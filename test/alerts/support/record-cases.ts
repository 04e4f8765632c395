/** Cases for records that count events: an alert that shows the record's value, in every birth scenario. */
import { seconds } from '../../../src/mixin/alerts/config.ts';
import type { AlertRule } from '../../../src/mixin/alerts/rule.ts';
import { ANY_EVENT_RULES } from './any-event.ts';
import { type AlertCase, firing } from './case.ts';
import { birthScenarios, visibleEvents } from './scenarios.ts';
import { world } from './world.ts';

const STEP = 15;
const UNTIL = 2700;

/** An alert that fires with the value of the record `record`, while it is not zero. */
export function recordAlert(record: string): AlertRule {
  return {
    alert: 'RecordCounts',
    expr: `${record} > 0`,
    severity: 'none',
    fault: 'none',
    summary: 'The record counts.',
    description: '{{ $value }} events',
    dashboard: 'anthropic-triage',
    ofService: false,
  };
}

/** The cases of {@link recordAlert}: none for a record that does not count single events. */
export function recordCases(record: string): AlertCase[] {
  const counted = ANY_EVENT_RULES.find(({ rule }) => rule === record);
  if (!counted) return [];
  return birthScenarios(seconds(counted.window), 'scrape').map((scenario) => {
    const checks = [];
    for (let at = 0; at <= UNTIL; at += STEP) {
      const count = visibleEvents(scenario, at, seconds(counted.window), STEP);
      checks.push({ at, alerts: count > 0 ? [counting(count)] : [] });
    }
    return {
      alert: 'RecordCounts',
      name: `${record}: ${scenario.name}`,
      proves: [],
      series: world(scenario.processes(counted.series), { until: UNTIL, step: STEP }),
      step: STEP,
      checks,
    };
  });
}

function counting(count: number): ReturnType<typeof firing> {
  return firing({
    alert: 'RecordCounts',
    labels: { severity: 'none', fault: 'none', job: 'app' },
    summary: 'The record counts.',
    description: `${count} events`,
    dashboard: 'anthropic-triage',
  });
}
