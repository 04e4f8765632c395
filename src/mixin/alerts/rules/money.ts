/** Alerts on estimated cost. */
import type { AttributionBudget } from '../../config.ts';
import { type Queries, sumOver } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import { attributionLabel, costByKeyRecord } from '../records.ts';
import type { AlertRule } from '../rule.ts';
import { serviceText } from '../text.ts';

/** A service, or one value of an attribution key, exceeded its budget in 24 hours. */
export function spendHigh(q: Queries): AlertRule[] {
  const { dailyBudgetUsd, attribution } = q.config.spend;
  return [
    {
      ...common(q),
      condition: 'service',
      note: 'The total cost of a service in the last 24 hours. One expensive hour is not enough.',
      expr: `${sumOver(RECORDS.cost, '1d')} > ${dailyBudgetUsd}`,
      summary: `${serviceText(q.config)}: Claude calls cost more than the daily budget.`,
      description: `The Claude calls cost {{ printf "%.2f" $value }} USD in the last 24 hours (estimated from list prices). The budget is ${dailyBudgetUsd} USD.`,
    },
    ...attribution.map((budget) => ofValue(q, budget)),
  ];
}

function ofValue(q: Queries, { key, value, dailyUsd }: AttributionBudget): AlertRule {
  const selected = `${costByKeyRecord(key)}{${attributionLabel(key)}=${JSON.stringify(value)}}`;
  return {
    ...common(q),
    condition: `${key}:${value}`,
    note: `The total cost of ${key} ${value} in all services in the last 24 hours.`,
    expr: `${sumOver(selected, '1d')} > ${dailyUsd}`,
    summary: `Claude calls cost more than the daily budget of ${key} ${value}.`,
    description:
      `The Claude calls of ${key} ${value} cost {{ printf "%.2f" $value }} USD in all services in the last 24 hours (estimated from list prices). ` +
      `The budget is ${dailyUsd} USD.`,
    ofService: false,
  };
}

function common(q: Queries) {
  return {
    alert: 'AnthropicSpendHigh',
    severity: 'warning',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-cost',
  } as const;
}
