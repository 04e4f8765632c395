/** Records the results of Message Batches. */
import { type BatchResult, billsOfResult } from '../../model/batch.ts';
import type { Call } from '../../model/call.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import { recordTokens } from './inference.ts';
import type { MeterState } from './meter-state.ts';

/** The operation of each request of a batch. */
const OPERATION = 'chat';

/** The series of `call`, which reads the results of a batch, for a request for `model`. */
export function batchSeries({ series }: MeterState, call: Call, model: string | undefined): CallSeries {
  const { start, attribution } = call;
  return series.of({ start: { ...start, operation: OPERATION, model }, attribution }, model);
}

/** Records a result and its billed tokens. */
export function recordBatchResult(state: MeterState, call: Call, result: BatchResult): void {
  const { model } = result.message ?? {};
  state.instruments.batchRequests.add(1, {
    ...batchSeries(state, call, model).model,
    [ATTR.batchResult]: result.type,
  });
  for (const bill of billsOfResult(result)) recordTokens(state, batchSeries(state, call, bill.model), bill);
}
