/**
 * Runs the application's hooks, which work like those of OpenTelemetry's own instrumentations, and records the attributes that they
 * return.
 */
import type { Attributes, Span } from '@opentelemetry/api';
import type { AddedValue } from '../model/attribution.ts';
import type { CallEnd, Outcome } from '../model/call.ts';
import type { Fault } from '../model/errors.ts';
import type { Usage } from '../model/message.ts';
import { clean } from '../model/text.ts';
import type { SpannedCall } from '../ports/call-span.ts';

/** The facts of a call when it starts, without content. */
export interface CallInfo {
  /** The SDK method, such as `messages.create`. */
  readonly method: string;
  /** The path with its parameters in braces, such as `/v1/messages`. */
  readonly route?: string | undefined;
  /** The platform that serves the call, such as `anthropic` or `aws.bedrock`. */
  readonly provider: string;
  /** The requested model. */
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly stream: boolean;
  readonly serverAddress?: string | undefined;
  /** The attributes that the application gave the call: see `withAttributes`. */
  readonly attribution: Readonly<Record<string, string>>;
}

/** The facts of a call after it ends, without content. */
export interface CallResult extends CallInfo {
  readonly outcome: Outcome;
  /** In seconds, including all attempts, waits and the reading of its stream. */
  readonly duration: number;
  readonly attempts: number;
  /** `error.type`, if the call failed. */
  readonly errorType?: string | undefined;
  /** Who has to act, if the call failed. */
  readonly fault?: Fault | undefined;
  /** The status of the last response. */
  readonly status?: number | undefined;
  /** The id of the last response, for Anthropic's support. */
  readonly requestId?: string | undefined;
  /** The model of the response. */
  readonly responseModel?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
  /** Estimated, in USD. */
  readonly costUsd?: number | undefined;
}

/**
 * Attributes to set on the call span and to write under `attributes` in the call's log records. At most 32 are kept. Each is a
 * string, a number, a boolean or an array of strings. Strings are cut to 256 characters.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that adds nothing returns nothing.
export type HookAttributes = Attributes | void;

/** Called when a call starts, with its span. */
export type RequestHook = (span: Span, call: CallInfo) => HookAttributes;

/** Called after a call ends and before its span ends, with the facts of the call. */
export type ResponseHook = (span: Span, call: CallResult) => HookAttributes;

/** The application's hooks. */
export interface HookSettings {
  readonly requestHook?: RequestHook | undefined;
  readonly responseHook?: ResponseHook | undefined;
}

/** The maximum number of attributes that the hooks of a call can add. */
const MAX_ATTRIBUTES = 32;
/** The maximum length of an array. */
const MAX_PARTS = 32;

/** Runs the `requestHook` of `settings`. Throws what the hook throws. */
export function runRequestHook({ requestHook }: HookSettings, call: SpannedCall): unknown {
  if (!requestHook) return undefined;
  return addAttributes(call, requestHook(call.handle.span, infoOf(call)));
}

/** Runs the `responseHook` of `settings`. Throws what the hook throws. */
export function runResponseHook(
  { responseHook }: HookSettings,
  call: SpannedCall,
  end: CallEnd,
  costUsd: number | undefined,
): unknown {
  if (!responseHook) return undefined;
  return addAttributes(call, responseHook(call.handle.span, resultOf(call, end, costUsd)));
}

function infoOf({ start, stream, attribution }: SpannedCall): CallInfo {
  const { method, route, provider, model, maxTokens, serverAddress } = start;
  return {
    method,
    route,
    provider,
    model,
    maxTokens,
    stream,
    serverAddress,
    attribution: { ...attribution?.all },
  };
}

function resultOf(call: SpannedCall, end: CallEnd, costUsd: number | undefined): CallResult {
  const { duration = 0, attempts, errorType, fault, attempt } = call;
  return {
    ...infoOf(call),
    outcome: end.outcome,
    duration,
    attempts,
    errorType,
    fault,
    status: end.status ?? attempt?.response?.status,
    requestId: end.requestId ?? attempt?.response?.requestId,
    responseModel: end.responseModel,
    stopReason: end.stopReason,
    usage: { ...end.usage },
    costUsd,
  };
}

/**
 * Sets the attributes that a hook returned on the span, and keeps them for the log records. A promise is returned unchanged, for the
 * guard.
 */
function addAttributes(call: SpannedCall, added: unknown): unknown {
  if (!isPlainObject(added)) return added;
  const attributes: Record<string, AddedValue> = { ...call.added };
  for (const [key, value] of Object.entries(added)) {
    const attribute = attributeOf(value);
    const name = clean(key);
    if (attribute === undefined || name === '') continue;
    if (!(name in attributes) && Object.keys(attributes).length >= MAX_ATTRIBUTES) break;
    attributes[name] = attribute;
  }
  call.added = attributes;
  const { span, visible } = call.handle;
  if (visible) span.setAttributes(attributes);
  return undefined;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Converts `value` to an attribute. Returns `undefined` if it cannot be one. */
function attributeOf(value: unknown): AddedValue | undefined {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (!Array.isArray(value) || !value.every((part) => typeof part === 'string')) return undefined;
  return value.slice(0, MAX_PARTS).map((part) => clean(part));
}
