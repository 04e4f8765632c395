/** Records the start and the end of calls. */
import type { Call, CallEnd } from '../../model/call.ts';
import type { Fallback } from '../../model/serving.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import { initialiseSeries } from './initial-series.ts';
import type { MeterState } from './meter-state.ts';

/** Records that `call` has started. */
export function recordCallStart(state: MeterState, series: CallSeries, call: Call): void {
  initialiseSeries(state, series, call.stream);
  state.instruments.activeCalls.add(1, series.call);
  state.open.set(call, series);
}

/** Records that `call` is no longer open, if its start was recorded. Returns whether it was. */
export function closeCall({ instruments, open }: MeterState, call: Call): boolean {
  const series = open.get(call);
  if (!series) return false;
  open.delete(call);
  instruments.activeCalls.add(-1, series.call);
  return true;
}

/** Records how `call` ended. */
export function recordCallEnd(state: MeterState, series: CallSeries, call: Call, end: CallEnd): void {
  const { instruments, detection } = state;
  const { fallback } = call.serving ?? {};
  if (fallback) recordFallback(state, fallback);
  instruments.calls.add(1, series.outcome(call, end));
  if (call.exhausted) instruments.retriesExhausted.add(1, series.failed(call.errorType));
  detection.callEnded(call, series.labels.model, end);
}

/** Records a change of model. Each of the two models is capped, and so are the pairs. */
function recordFallback({ instruments, values }: MeterState, { from, to, cause }: Fallback): void {
  const [known, other] = values.pair(from, to);
  instruments.fallbacks.add(1, {
    [ATTR.fallbackFrom]: known,
    [ATTR.fallbackTo]: other,
    [ATTR.fallbackCause]: cause,
  });
}
