/** Creates series at zero before their first event, because an increase needs a start value. */
import { MESSAGES_METHOD, MESSAGES_ROUTE } from '../../model/call-facts.ts';
import { COST_KINDS } from '../../model/cost.ts';
import { RETRYABLE_TYPES } from '../../model/errors.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import type { MeterState } from './meter-state.ts';

/** The kinds of calls whose series already exist. */
const initialised = new WeakMap<CallSeries, Set<boolean>>();

/** Creates the series of a kind of call, streamed or not, when it is first seen. */
export function initialiseSeries(
  { instruments, retirements }: MeterState,
  series: CallSeries,
  stream: boolean,
): void {
  let known = initialised.get(series);
  if (!known) {
    known = new Set();
    initialised.set(series, known);
  }
  if (known.has(stream)) return;
  known.add(stream);
  retirements.used(series);
  const { method, model, provider, attribution } = series.labels;
  instruments.calls.add(0, {
    ...series.call,
    [ATTR.provider]: provider,
    [ATTR.outcome]: 'ok',
    [ATTR.stream]: stream,
    [ATTR.servedBy]: 'api',
    ...(method === MESSAGES_METHOD && { [ATTR.stopReason]: 'end_turn' }),
    ...attribution,
  });
  if (model === undefined || method !== MESSAGES_METHOD) return;
  for (const type of RETRYABLE_TYPES) instruments.retriesExhausted.add(0, series.failed(type));
  instruments.serverErrorStreaks.add(0, { [ATTR.httpRoute]: MESSAGES_ROUTE, [ATTR.requestModel]: model });
  instruments.unpricedCalls.add(0, series.model);
  for (const kind of COST_KINDS) instruments.cost.add(0, series.cost(kind));
}
