/** What policies need to know of a request, without reading its body twice. */
import { createHash } from 'node:crypto';
import { clean, MAX_LABEL } from '../model/text.ts';
import type { ApiRequest, CallOptions } from './middleware.ts';

/** Facts of a request. */
export interface RequestFacts {
  /** The path with its ids replaced by `{id}`. */
  readonly path: string;
  readonly model: string | undefined;
  /** The fields of the request, if they are known. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly stream: boolean;
  /** Stands for the account: host and key, as a digest. */
  readonly account: string;
}

const known = new WeakMap<ApiRequest, RequestFacts>();

/** The facts of `request`, whose call has `options`. */
export function factsOf(request: ApiRequest, options: CallOptions): RequestFacts {
  let facts = known.get(request);
  if (!facts) {
    const { body } = options;
    const fields = isRecord(body) ? body : undefined;
    facts = {
      path: pathOf(request.url),
      model: typeof fields?.['model'] === 'string' ? clean(fields['model'], MAX_LABEL) : undefined,
      fields,
      stream: options.stream === true,
      account: accountOf(request),
    };
    known.set(request, facts);
  }
  return facts;
}

/** A copy of `request` with `changes`, which keeps its facts. */
export function copyRequest<Request extends ApiRequest>(
  request: Request,
  changes: Partial<ApiRequest>,
  facts?: RequestFacts,
): Request {
  const copy = { ...request, ...changes };
  const kept = facts ?? known.get(request);
  if (kept) known.set(copy, kept);
  return copy;
}

/** The class whose rate limits `model` shares: its family and major version, such as `opus-5`. */
export function modelClass(model: string | undefined): string {
  if (model === undefined) return '';
  const [, family, after] = /(opus|sonnet|haiku|fable|mythos)(?:-(\d{1,2})(?!\d))?/.exec(model) ?? [];
  if (family === undefined) return model;
  // Older models have the version before the family: `claude-3-5-sonnet`.
  const major = after ?? /claude-(\d{1,2})(?!\d)/.exec(model)?.[1] ?? '';
  return `${family}-${major}`;
}

/** The size of the body in bytes, or `undefined` when only sending it would show. */
export function bodyBytes(body: unknown): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof Blob) return body.size;
  if (body instanceof FormData) {
    let bytes = 0;
    for (const [, value] of body) bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.size;
    return bytes;
  }
  return undefined;
}

/** Roughly how many tokens a prompt has: four bytes each. */
export function estimatedTokens({ body }: ApiRequest): number {
  return typeof body === 'string' ? body.length / 4 : 0;
}

/** Whether the body can be sent only once. */
export function isSingleUse(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    (body instanceof ReadableStream || (Symbol.asyncIterator in body && !(body instanceof Blob)))
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pathOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  // Ids have digits or an underscore after their prefix: `msgbatch_01...`, a UUID.
  const parts = path.split('/').map((part) => (/^v\d$/.test(part) || !isId(part) ? part : '{id}'));
  return clean(parts.join('/'), MAX_LABEL);
}

function isId(part: string): boolean {
  return /\d/.test(part) || part.startsWith('claude-');
}

function accountOf({ url, headers }: ApiRequest): string {
  const host = URL.canParse(url) ? new URL(url).host : '';
  const key = headers.get('x-api-key') ?? headers.get('authorization') ?? '';
  return createHash('sha256').update(`${host}\n${key}`).digest('base64url').slice(0, 16);
}
