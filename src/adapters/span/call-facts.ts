/** Reads the facts of a call from the attributes of the SDK's call span. */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { CallEnd, CallStart, Outcome } from '../../model/call.ts';
import type { Usage } from '../../model/message.ts';
import { clean } from '../../model/text.ts';
import { ATTR, SDK_ATTR } from '../../signals/names.ts';

/** The attributes that the tap keeps. None of them holds content. */
export const KEPT: ReadonlySet<string> = new Set<string>([
  ATTR.httpRequestMethod,
  ATTR.httpStatus,
  ATTR.errorType,
  ATTR.requestId,
  ATTR.responseModel,
  ATTR.responseId,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.cacheReadTokens,
  ATTR.cacheWriteTokens,
  ATTR.reasoningTokens,
  SDK_ATTR.stopReason,
  SDK_ATTR.serviceTier,
  SDK_ATTR.cacheWrite5m,
  SDK_ATTR.cacheWrite1h,
  SDK_ATTR.compactionInput,
  SDK_ATTR.compactionOutput,
]);

/** The prefix of the SDK's call span names, before the method. */
const PREFIX = 'anthropic.';

/** Returns `value` in a form that an open call may keep. */
export function fact(value: AttributeValue | undefined): AttributeValue | undefined {
  return typeof value === 'number' ? value : text(value);
}

/** The facts of the call that the span named `name` has at its start. */
export function callStart(name: string, attributes: Attributes): CallStart {
  return {
    method: clean(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name),
    operation: text(attributes[ATTR.operation]),
    provider: text(attributes[ATTR.provider]) ?? 'anthropic',
    route: text(attributes[ATTR.httpRoute]),
    model: text(attributes[ATTR.requestModel]),
    maxTokens: number(attributes[ATTR.maxTokens]),
    stream: attributes[ATTR.stream] === true,
    serverAddress: text(attributes[ATTR.serverAddress]),
    serverPort: number(attributes[ATTR.serverPort]),
    conversationId: text(attributes[ATTR.conversationId]),
  };
}

/** The facts of the call in the ended span's `attributes`, as `fact` kept them. */
export function callEnd(outcome: Outcome, attributes: Attributes): CallEnd {
  return {
    outcome,
    sent: attributes[ATTR.httpRequestMethod] !== undefined,
    sdkErrorType: word(attributes[ATTR.errorType]),
    status: number(attributes[ATTR.httpStatus]),
    requestId: word(attributes[ATTR.requestId]),
    responseModel: word(attributes[ATTR.responseModel]),
    responseId: word(attributes[ATTR.responseId]),
    stopReason: word(attributes[SDK_ATTR.stopReason]),
    usage: {
      input: number(attributes[ATTR.inputTokens]),
      output: number(attributes[ATTR.outputTokens]),
      cacheRead: number(attributes[ATTR.cacheReadTokens]),
      cacheWrite: number(attributes[ATTR.cacheWriteTokens]),
      cacheWrite5m: number(attributes[SDK_ATTR.cacheWrite5m]),
      cacheWrite1h: number(attributes[SDK_ATTR.cacheWrite1h]),
      reasoning: number(attributes[ATTR.reasoningTokens]),
      serviceTier: word(attributes[SDK_ATTR.serviceTier]),
      ...compactionOf(attributes),
    },
  };
}

function compactionOf(attributes: Attributes): Pick<Usage, 'compaction'> {
  const input = number(attributes[SDK_ATTR.compactionInput]);
  const output = number(attributes[SDK_ATTR.compactionOutput]);
  return input === undefined && output === undefined ? {} : { compaction: { input, output } };
}

function word(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' ? clean(value) : undefined;
}

/** Returns a non-negative integer. Any other value would corrupt a counter. */
function number(value: AttributeValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
