/** Records what the GenAI conventions ask for: how long a call took, and its tokens. */
import type { Call, CallEnd } from '../../model/call.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import type { MeterState } from './meter-state.ts';

/** The modality of tokens: the API does not state it. */
const UNKNOWN_MODALITY = 'unknown';

/** Records an ended call that infers. */
export function recordInference(
  { instruments }: MeterState,
  series: CallSeries,
  call: Call,
  { usage, responseModel }: CallEnd,
): void {
  const { errorType } = call;
  const attributes = series.inference(responseModel, '');
  const ended =
    errorType === undefined
      ? attributes
      : series.inference(responseModel, `error ${errorType}`, { [ATTR.errorType]: errorType });
  if (call.duration !== undefined) instruments.inferenceDuration.record(call.duration, ended);
  if (call.timeToFirstChunk !== undefined) {
    instruments.timeToFirstChunk.record(call.timeToFirstChunk, attributes);
  }
  const tokens = series.inference(responseModel, 'tokens', {
    [ATTR.modality]: UNKNOWN_MODALITY,
    ...series.labels.attribution,
  });
  if (usage.input !== undefined) {
    instruments.inputTokens.add(usage.input, tokens);
    instruments.inputTokensPerCall.record(usage.input, ended);
  }
  if (usage.output !== undefined) {
    instruments.outputTokens.add(usage.output, tokens);
    instruments.outputTokensPerCall.record(usage.output, ended);
  }
  if (usage.cacheRead !== undefined) instruments.cacheReadTokens.add(usage.cacheRead, tokens);
  if (usage.cacheWrite !== undefined) instruments.cacheWriteTokens.add(usage.cacheWrite, tokens);
  if (usage.reasoning !== undefined) instruments.reasoningTokens.add(usage.reasoning, tokens);
}
