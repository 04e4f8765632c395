/** Records the decisions of policies. */
import type { DecisionName } from '../../model/decision.ts';
import { ATTR } from '../names.ts';
import type { MeterState } from './meter-state.ts';

/** Records a decision. `model` is capped. */
export function recordDecision(state: MeterState, name: DecisionName, model: string | undefined): void {
  const attributes = { [ATTR.decision]: name, ...(model !== undefined && { [ATTR.requestModel]: model }) };
  state.instruments.resilienceDecisions.add(1, attributes);
  state.decisions.add(model, name, 1, () => attributes);
}
