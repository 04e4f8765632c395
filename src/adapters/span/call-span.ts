/**
 * The call span for a call for which the SDK creates none. It has the names and attributes of the SDK's own spans
 * (`@anthropic-ai/sdk` 1.11.0) and is a span of the tap, so that all later steps are the same for every SDK version.
 */
import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Iteration, MessageFacts, Usage } from '../../model/message.ts';
import { clean, MAX_URL } from '../../model/text.ts';
import type { SpannedCall } from '../../ports/call-span.ts';
import { ATTR, SDK_ATTR } from '../../signals/names.ts';
import type { BodyFields } from '../fetch/body-fields.ts';
import type { SdkRequest } from '../sdk-shapes.ts';
import { callOf } from './tap.ts';

/** A call, and the span with its facts. */
export interface OpenCall {
  readonly call: SpannedCall;
  readonly span: Span;
}

/**
 * Starts the call span of the call whose first attempt is `request`. `fields` are the top-level fields of its body.
 *
 * @param startedAt when the call started, in monotonic milliseconds, if it was earlier
 */
export function startCallSpan(
  tracer: Tracer,
  request: SdkRequest,
  fields: BodyFields,
  startedAt?: number,
): OpenCall | undefined {
  const url = new URL(request.url);
  const httpMethod = request.method?.toUpperCase() ?? 'GET';
  const { method, route } = methodOf(httpMethod, url.pathname);
  const attributes: Attributes = {
    [ATTR.provider]: providerOf(url.hostname),
    [ATTR.serverAddress]: clean(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    [ATTR.serverPort]: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    [ATTR.httpRequestMethod]: clean(httpMethod),
    [ATTR.urlFull]: clean(`${url.protocol}//${url.host}${url.pathname}`, MAX_URL),
  };
  if (route !== undefined) attributes[ATTR.httpRoute] = route;
  if (typeof fields['model'] === 'string') attributes[ATTR.requestModel] = clean(fields['model']);
  if (method === 'messages.create') {
    attributes[ATTR.operation] = 'chat';
    if (Number.isInteger(fields['max_tokens'])) attributes[ATTR.maxTokens] = fields['max_tokens'] as number;
    if (fields['stream'] === true) attributes[ATTR.stream] = true;
  }
  const span = tracer.startSpan(
    `anthropic.${method}`,
    { kind: SpanKind.CLIENT, attributes, ...(startedAt !== undefined && { startTime: unixTime(startedAt) }) },
    context.active(),
  );
  const call = callOf(span);
  return call && { call, span };
}

/** The Unix time of the monotonic time `at`, both in milliseconds. */
function unixTime(at: number): number {
  return Date.now() - (performance.now() - at);
}

/** Sets the facts of the response on `span`. */
export function setResponseFacts(span: Span, status: number, requestId: string | null): void {
  span.setAttribute(ATTR.httpStatus, status);
  if (requestId) span.setAttribute(ATTR.requestId, clean(requestId));
}

/**
 * Ends `span` with an error of `errorType`: an envelope's type, a status, or one of the SDK's own error types.
 *
 * @param endedAt when the call ended, in monotonic milliseconds, if it was earlier
 */
export function endInError(span: Span, errorType: string, endedAt?: number): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(ATTR.errorType, clean(errorType));
  span.end(endedAt === undefined ? undefined : unixTime(endedAt));
}

/** The attribute of each usage count. */
const USAGE: ReadonlyArray<readonly [attribute: string, count: keyof Usage]> = [
  [ATTR.inputTokens, 'input'],
  [ATTR.outputTokens, 'output'],
  [ATTR.cacheReadTokens, 'cacheRead'],
  [ATTR.cacheWriteTokens, 'cacheWrite'],
  [SDK_ATTR.cacheWrite5m, 'cacheWrite5m'],
  [SDK_ATTR.cacheWrite1h, 'cacheWrite1h'],
  [ATTR.reasoningTokens, 'reasoning'],
];

/** Sets the model, stop reason and tokens of `message` on `span`. */
export function setMessageFacts(span: Span, message: MessageFacts): void {
  const { id, model, stopReason, usage, iterations = [] } = message;
  const words = [
    [ATTR.responseId, id],
    [ATTR.responseModel, model],
    [SDK_ATTR.stopReason, stopReason],
    [SDK_ATTR.serviceTier, usage.serviceTier],
  ] as const;
  for (const [attribute, value] of words) if (value !== undefined) span.setAttribute(attribute, value);
  for (const [attribute, name] of USAGE) {
    const value = usage[name];
    if (typeof value === 'number') span.setAttribute(attribute, value);
  }
  // The usage does not include the tokens of compactions. Only the iterations do.
  const compactions = iterations.filter(({ type }) => type === 'compaction');
  if (compactions.length === 0) return;
  span.setAttribute(SDK_ATTR.compactionInput, sum(compactions, 'input'));
  span.setAttribute(SDK_ATTR.compactionOutput, sum(compactions, 'output'));
}

function sum(iterations: readonly Iteration[], name: 'input' | 'output'): number {
  return iterations.reduce((total, { usage }) => total + (usage[name] ?? 0), 0);
}

/** The platform behind a host, with the SDK's names. */
function providerOf(host: string): string {
  if (/(^|\.)amazonaws\.com$/.test(host)) return 'aws.bedrock';
  return /(^|[.-])aiplatform\.googleapis\.com$/.test(host) ? 'gcp.vertex_ai' : 'anthropic';
}

/** An SDK method, with the names in the SDK's own call spans. */
interface SdkMethod {
  /** For example `messages.create`, or `other` for a request that is not in the table. */
  readonly method: string;
  /** The path with its parameters in braces. Absent for an unknown path, which could contain anything. */
  readonly route?: string | undefined;
}

/** HTTP method, route, SDK method. The `beta` resources have the same paths and, in the SDK's spans, the same names. */
const METHODS: ReadonlyArray<readonly [string, string, string]> = [
  ['POST', '/v1/messages', 'messages.create'],
  ['POST', '/v1/messages/count_tokens', 'messages.count_tokens'],
  ['POST', '/v1/messages/batches', 'messages.batches.create'],
  ['GET', '/v1/messages/batches', 'messages.batches.list'],
  ['GET', '/v1/messages/batches/{message_batch_id}', 'messages.batches.retrieve'],
  ['DELETE', '/v1/messages/batches/{message_batch_id}', 'messages.batches.delete'],
  ['POST', '/v1/messages/batches/{message_batch_id}/cancel', 'messages.batches.cancel'],
  ['GET', '/v1/messages/batches/{message_batch_id}/results', 'messages.batches.results'],
  ['GET', '/v1/models', 'models.list'],
  ['GET', '/v1/models/{model_id}', 'models.retrieve'],
  ['POST', '/v1/complete', 'completions.create'],
  ['GET', '/v1/files', 'files.list'],
  ['POST', '/v1/files', 'files.upload'],
  ['GET', '/v1/files/{file_id}', 'files.retrieve_metadata'],
  ['DELETE', '/v1/files/{file_id}', 'files.delete'],
  ['GET', '/v1/files/{file_id}/content', 'files.download'],
  ['GET', '/v1/skills', 'skills.list'],
  ['POST', '/v1/skills', 'skills.create'],
  ['GET', '/v1/skills/{skill_id}', 'skills.retrieve'],
  ['DELETE', '/v1/skills/{skill_id}', 'skills.delete'],
  ['GET', '/v1/skills/{skill_id}/versions', 'skills.versions.list'],
  ['POST', '/v1/skills/{skill_id}/versions', 'skills.versions.create'],
  ['GET', '/v1/skills/{skill_id}/versions/{version}', 'skills.versions.retrieve'],
  ['DELETE', '/v1/skills/{skill_id}/versions/{version}', 'skills.versions.delete'],
];

/** The method of every request that is not in the table, because names must be bounded. */
const OTHER: SdkMethod = { method: 'other' };

const PATTERNS = METHODS.map(([httpMethod, route, method]) => ({
  httpMethod,
  pattern: new RegExp(`${route.replace(/\{\w+\}/g, '[^/]+')}$`),
  found: { method, route } satisfies SdkMethod,
}));

/** The method of an HTTP request to `path`. A gateway's prefix may precede the path. */
export function methodOf(httpMethod: string, path: string): SdkMethod {
  const known = PATTERNS.find((each) => each.httpMethod === httpMethod && each.pattern.test(path));
  return known?.found ?? OTHER;
}
