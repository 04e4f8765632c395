/** Alerts on the burn rate of the error budget, as in chapter 5 of the SRE workbook. */
import type { BurnWindow } from '../../config.ts';
import { type Queries, sumOver } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { percent, serviceText } from '../text.ts';

/** The budget burns so fast that waiting until the morning would spend most of it: a page. */
export function errorBudgetPages(q: Queries): AlertRule[] {
  return q.config.errorBudget.page.map((window) => ({
    ...common(q, window),
    severity: 'critical',
    summary: `${serviceText(q.config)}: the error budget of the Claude calls burns too fast.`,
    description: description(q, window, 'At this rate, the budget is spent within days or sooner.'),
  }));
}

/** The budget burns too fast, but there is time: a ticket. */
export function errorBudgetTickets(q: Queries): AlertRule[] {
  return q.config.errorBudget.ticket.map((window) => ({
    ...common(q, window),
    severity: 'warning',
    summary: `${serviceText(q.config)}: the error budget of the Claude calls will not last.`,
    description: description(q, window, 'At this rate, the budget does not last for the month.'),
  }));
}

type Common = Pick<
  AlertRule,
  'alert' | 'condition' | 'note' | 'fault' | 'expr' | 'dashboard' | 'keepFiringFor' | 'leadingKind'
>;

function common(q: Queries, { long, short, factor }: BurnWindow): Common {
  const { objective, minFailedCalls } = q.config.errorBudget;
  const limit = Number((factor * (1 - objective)).toPrecision(6));
  return {
    alert: 'AnthropicErrorBudgetBurning',
    condition: `${long}/${short}`,
    note: `The share of failed calls in the last ${long}, if it exceeds ${factor} times the budget in that window and in the last ${short}.`,
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      `${failedShare(long)} > ${limit}`,
      `and ${failedShare(short)} > ${limit}`,
      `and ${sumOver(RECORDS.failed, long)} >= ${minFailedCalls}`,
    ].join('\n'),
    // A quiet service may have had no call in the last minutes.
    leadingKind: q.leadingKind(long),
    dashboard: 'anthropic-errors',
  };
}

function failedShare(window: BurnWindow['long']): string {
  if (window === '5m') return `${RECORDS.failed} / ${RECORDS.calls}`;
  return `${sumOver(RECORDS.failed, window)} / ${sumOver(RECORDS.calls, window)}`;
}

function description(q: Queries, { long }: BurnWindow, outlook: string): string {
  const { objective } = q.config.errorBudget;
  return (
    `{{ $value | humanizePercentage }} of the calls failed over the last ${long}. ` +
    `The objective of ${percent(objective)} leaves ${percent(1 - objective)} for failures. ${outlook}`
  );
}
