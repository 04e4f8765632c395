/** Alerts on estimated cost. */
import { type Queries, RECORDS } from '../expressions.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT } from '../text.ts';

/** The last hour, times 24, is above the daily budget. */
export function spendRateHigh(q: Queries): AlertRule {
  const { dailyBudgetUsd } = q.config.spend;
  return {
    alert: 'AnthropicSpendRateHigh',
    severity: 'warning',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    expr: `24 * ${RECORDS.hourlyCost} > ${dailyBudgetUsd}`,
    summary: '{{ $labels.job }} spends more on Claude than its daily budget.',
    description:
      '{{ $labels.job }} spends {{ printf "%.2f" $value }} USD a day on Claude at the rate of the last hour ' +
      `(estimated by list prices). Its budget is ${dailyBudgetUsd} USD a day.`,
    dashboard: 'anthropic-cost',
    panel: 'USD an hour, by model',
  };
}

/** The last hour cost far more than any hour of the day before. */
export function spendSpike(q: Queries): AlertRule {
  const { spikeFactor, spikeMinUsd } = q.config.spend;
  const hour = RECORDS.hourlyCost;
  return {
    alert: 'AnthropicSpendSpike',
    severity: 'warning',
    fault: 'traffic',
    keepFiringFor: q.config.keepFiringFor,
    expr: [
      `${hour} > ${spikeFactor} * max_over_time(${hour}[1d] offset 1h)`,
      `and ${hour} >= ${spikeMinUsd}`,
      '# A service without a day of history has nothing to compare with.',
      `and ${hour} offset 1d`,
    ].join('\n'),
    summary: '{{ $labels.job }} suddenly spends much more on Claude.',
    description:
      '{{ $labels.job }} spent {{ printf "%.2f" $value }} USD on Claude in the last hour (estimated by list prices), ' +
      `more than ${spikeFactor} times its most expensive hour of the day before.`,
    dashboard: 'anthropic-cost',
    panel: 'USD an hour, by model',
  };
}

/** A model without a known price is in use: the cost estimate is too low. */
export function unpricedModel(q: Queries): AlertRule {
  const { window } = q.config.unpriced;
  return {
    alert: 'AnthropicUnpricedModel',
    severity: 'info',
    fault: 'telemetry',
    keepFiringFor: q.config.keepFiringFor,
    expr: `${q.events('unpricedCalls', window, q.serviceModel)} > 0`,
    summary: 'The cost of {{ $labels.job }} leaves out a model without a known price.',
    description:
      `{{ printf "%.0f" $value }} call(s) of {{ $labels.job }} to ${MODEL_TEXT} in the last ${window} have no known ` +
      'price: the cost estimate leaves them out.',
    dashboard: 'anthropic-cost',
    panel: 'Totals of the time range, by model',
    perModel: true,
  };
}
