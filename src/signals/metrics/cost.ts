/** Records the estimated cost of a call. */
import { COST_KINDS, type Cost, totalCost } from '../../model/cost.ts';
import type { CallSeries } from './call-series.ts';
import type { MeterState } from './meter-state.ts';

/** Records a cost, or that the price of the model is unknown. */
export function recordCost(
  { instruments, detection }: MeterState,
  series: CallSeries,
  cost: Cost | 'unpriced',
): void {
  if (cost === 'unpriced') {
    instruments.unpricedCalls.add(1, series.model);
    return;
  }
  for (const kind of COST_KINDS) {
    const usd = cost[kind];
    if (usd !== undefined) instruments.cost.add(usd, series.cost(kind));
  }
  detection.costAdded(totalCost(cost), series);
}
