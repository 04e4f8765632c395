/** Records the metrics of the GenAI conventions: the duration of a call, and its tokens. */
import type { Call, CallEnd } from '../../model/call.ts';
import { type Bill, totalUsage, type Usage } from '../../model/message.ts';
import type { Instruments } from '../instruments.ts';
import { ATTR } from '../names.ts';
import type { CallSeries } from './call-series.ts';
import type { MeterState } from './meter-state.ts';

/** Records an ended call that infers. */
export function recordInference(
  { instruments }: MeterState,
  series: CallSeries,
  call: Call,
  { responseModel }: CallEnd,
): void {
  const { errorType } = call;
  const { inference: attributes } = series.responses(responseModel);
  const ended = errorType === undefined ? attributes : { ...attributes, [ATTR.errorType]: errorType };
  if (call.duration !== undefined) instruments.inferenceDuration.record(call.duration, ended);
  if (call.timeToFirstChunk !== undefined) {
    instruments.timeToFirstChunk.record(call.timeToFirstChunk, attributes);
  }
  const { input, output } = totalUsage(call.bills);
  if (input !== undefined) instruments.inputTokensPerCall.record(input, ended);
  if (output !== undefined) instruments.outputTokensPerCall.record(output, ended);
}

/** Records the tokens that are billed for one model. `series` belongs to that model. */
export function recordTokens({ instruments }: MeterState, series: CallSeries, bill: Bill): void {
  const { input, output, cacheRead, cacheWrite, reasoning } = bill.usage;
  recordServerTools(instruments, series, bill.usage);
  if (input === undefined && output === undefined) return;
  const { tokens } = series.responses(bill.responseModel);
  if (input !== undefined) instruments.inputTokens.add(input, tokens);
  if (output !== undefined) instruments.outputTokens.add(output, tokens);
  if (cacheRead !== undefined) instruments.cacheReadTokens.add(cacheRead, tokens);
  if (cacheWrite !== undefined) instruments.cacheWriteTokens.add(cacheWrite, tokens);
  if (reasoning !== undefined) instruments.reasoningTokens.add(reasoning, tokens);
}

/** The server tools whose uses are counted in a usage. */
const SERVER_TOOLS = [
  ['web_search', 'webSearches'],
  ['web_fetch', 'webFetches'],
  ['code_execution', 'codeExecutions'],
] as const;

function recordServerTools(instruments: Instruments, series: CallSeries, usage: Usage): void {
  for (const [tool, count] of SERVER_TOOLS) {
    const uses = usage[count];
    if (uses) instruments.serverToolUses.add(uses, { ...series.model, [ATTR.serverTool]: tool });
  }
}
