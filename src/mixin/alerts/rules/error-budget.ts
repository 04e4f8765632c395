/** Alerts on the speed at which the error budget is spent, as in chapter 5 of the SRE workbook. */
import { type BurnWindow, seconds } from '../config.ts';
import { type Queries, RECORDS } from '../expressions.ts';
import { indent } from '../promql.ts';
import { sumOfEvents } from '../records.ts';
import type { AlertRule } from '../rule.ts';
import { percent } from '../text.ts';

/** The budget burns so fast that waiting until the morning would spend most of it. */
export function errorBudgetBurningFast(q: Queries): AlertRule {
  const { errorBudget } = q.config;
  return {
    alert: 'AnthropicErrorBudgetBurningFast',
    severity: 'critical',
    ...common(q, errorBudget.page),
    summary: 'The error budget of the Claude calls of {{ $labels.job }} burns fast.',
    description: description(q, errorBudget.page, 'At this speed it is spent within days or sooner.'),
  };
}

/** The budget burns faster than it may, but there is time for a ticket. */
export function errorBudgetBurningSlow(q: Queries): AlertRule {
  const { errorBudget } = q.config;
  return {
    alert: 'AnthropicErrorBudgetBurningSlow',
    severity: 'warning',
    ...common(q, errorBudget.ticket),
    summary: 'The error budget of the Claude calls of {{ $labels.job }} will not last.',
    description: description(q, errorBudget.ticket, 'At this speed it does not last for the month.'),
  };
}

function common(
  q: Queries,
  windows: readonly BurnWindow[],
): Pick<AlertRule, 'fault' | 'expr' | 'dashboard' | 'keepFiringFor'> {
  return {
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    expr: windows.map((window) => `(\n${indent(burning(q, window))}\n)`).join('\nor\n'),
    dashboard: 'anthropic-errors',
  };
}

function burning(q: Queries, { long, short, factor }: BurnWindow): string {
  const { objective, minFailedCalls } = q.config.errorBudget;
  const limit = Number((factor * (1 - objective)).toPrecision(6));
  return [
    `${errorRatio(long)} > ${limit}`,
    `and ${errorRatio(short)} > ${limit}`,
    '# A handful of calls is no rate.',
    `and ${sumOfEvents(RECORDS.failedCalls, seconds(long))} >= ${minFailedCalls}`,
  ].join('\n');
}

/** The share of failed calls. Sums of the two records over one range: how often they were recorded cancels out. */
function errorRatio(window: BurnWindow['long']): string {
  if (window === '5m') return `${RECORDS.failedCalls} / ${RECORDS.calls}`;
  return `sum_over_time(${RECORDS.failedCalls}[${window}]) / sum_over_time(${RECORDS.calls}[${window}])`;
}

function description(q: Queries, windows: readonly BurnWindow[], outlook: string): string {
  const { objective } = q.config.errorBudget;
  const spans = windows.map(({ long }) => long).join(' or ');
  return (
    `{{ $value | humanizePercentage }} of the calls of {{ $labels.job }} failed over the last ${spans}. ` +
    `The objective of ${percent(objective)} leaves ${percent(1 - objective)} for failures. ${outlook}`
  );
}
