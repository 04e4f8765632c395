import { isObject, type JsonObject } from '../json.ts';
import type { Settings } from '../options.ts';
import { BatchStore } from './batches.ts';
import { type ApiError, invalid, notFound } from './errors.ts';
import { createIdFactory, type MakeId } from './ids.ts';
import type { ReceivedRequest } from './ledger.ts';
import { buildMessage, type MessageScript } from './message.ts';
import { ModelCatalogue } from './models.ts';
import { type InputTokens, PromptCache } from './prompt-cache.ts';
import { RateLimits } from './rate-limits.ts';
import { promptParts } from './tokens.ts';
import { tokenCounts } from './usage.ts';
import { countRequestError, messageRequestError } from './validate.ts';

/** The response of a healthy API. */
export type Outcome =
  | { readonly kind: 'error'; readonly error: ApiError }
  | { readonly kind: 'json'; readonly body: JsonObject }
  | { readonly kind: 'lines'; readonly lines: readonly JsonObject[] }
  | { readonly kind: 'message'; readonly message: JsonObject };

/** The API behind the wire: its models, limits, prompt cache and batches. It uses only the method and path of HTTP. */
export class Api {
  readonly makeId: MakeId = createIdFactory();
  readonly organizationId: string = '00000000-0000-4000-8000-000000000000';
  readonly catalogue: ModelCatalogue;
  readonly limits: RateLimits;
  readonly #cache: PromptCache;
  readonly #batches: BatchStore;
  apiKeys: readonly string[] | undefined;

  constructor(settings: Settings) {
    this.apiKeys = settings.apiKeys;
    this.catalogue = new ModelCatalogue(settings.models);
    this.limits = new RateLimits(settings.rateLimits, settings.now);
    this.#cache = new PromptCache(settings.now);
    const run = (params: JsonObject): { message: JsonObject } | { error: ApiError } =>
      this.#runInBatch(params);
    this.#batches = new BatchStore(run, this.makeId, settings.now, settings.batchMs);
  }

  /** Refills the limits, and clears the prompt cache and the batches. */
  reset(): void {
    this.limits.reset();
    this.#cache.clear();
    this.#batches.clear();
  }

  /** The 401 for a request without a valid key, or `undefined`. */
  keyError(headers: Readonly<Record<string, string>>): ApiError | undefined {
    if (this.apiKeys === undefined) return undefined;
    const { authorization = '' } = headers;
    // For a request signed for AWS, the access key.
    const bearer = (/^Bearer (.+)$/i.exec(authorization) ??
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization))?.[1];
    const key = headers['x-api-key'] ?? bearer;
    if (key !== undefined && this.apiKeys.includes(key)) return undefined;
    const message =
      key === undefined
        ? 'x-api-key header is required'
        : bearer === key
          ? 'Invalid bearer token'
          : 'invalid x-api-key';
    return { status: 401, type: 'authentication_error', message };
  }

  /**
   * The response to a request.
   *
   * @param script The content of the message. A request with a script always succeeds: its form, its model and the rate limits are
   *   not checked.
   */
  respond(request: ReceivedRequest, origin: string, script: MessageScript | undefined): Outcome {
    const { method, path, body } = request;
    const route = `${method} ${path}`;
    if (route === 'POST /v1/messages') return this.#messages(body, script);
    if (route === 'POST /v1/messages/count_tokens') return this.#countTokens(body);
    if (path === '/v1/messages/batches' || path.startsWith('/v1/messages/batches/')) {
      return this.#batch(request, origin);
    }
    if (route === 'GET /v1/models') return toOutcome(this.catalogue.list(new URLSearchParams(request.query)));
    const model = /^GET \/v1\/models\/([^/]+)$/.exec(route)?.[1];
    if (model !== undefined) return toOutcome(this.catalogue.retrieve(decodeURIComponent(model)));
    return toOutcome(notFound('Not found'));
  }

  #messages(body: unknown, script: MessageScript | undefined): Outcome {
    const fields = isObject(body) ? body : {};
    if (script === undefined) {
      const error = bodyError(body) ?? this.catalogue.error(fields.model) ?? messageRequestError(fields);
      if (error !== undefined) return { kind: 'error', error };
    }
    const requested = typeof fields.model === 'string' ? fields.model : '';
    const parts = promptParts(fields);
    if (script === undefined) {
      const prompt = parts.reduce((sum, { tokens }) => sum + tokens, 0);
      const error = this.limits.error(requested, prompt);
      if (error !== undefined) return { kind: 'error', error };
    }
    const model = this.catalogue.resolve(requested) ?? requested;
    const input = this.#cache.charge(model, parts);
    const message = buildMessage(fields, model, input, script ?? {}, this.makeId);
    this.#takeFromLimits(requested, message);
    return { kind: 'message', message };
  }

  #takeFromLimits(model: string, message: JsonObject): void {
    const counts = tokenCounts(message.usage as JsonObject);
    // Tokens read from the cache do not count against the input limit.
    this.limits.take(model, counts.input + counts.cacheWrite5m + counts.cacheWrite1h, counts.output);
  }

  #countTokens(body: unknown): Outcome {
    const fields = isObject(body) ? body : {};
    const error = bodyError(body) ?? this.catalogue.error(fields.model) ?? countRequestError(fields);
    if (error !== undefined) return { kind: 'error', error };
    const tokens = promptParts(fields).reduce((sum, part) => sum + part.tokens, 0);
    return { kind: 'json', body: { input_tokens: tokens } };
  }

  #batch({ method, path, query, body }: ReceivedRequest, origin: string): Outcome {
    const [id, action] = path.split('/').slice(4);
    const route = [
      method,
      ...(id === undefined ? [] : ['{id}']),
      ...(action === undefined ? [] : [action]),
    ].join(' ');
    switch (route) {
      case 'POST':
        return toOutcome(bodyError(body) ?? this.#batches.create(body as JsonObject, origin));
      case 'GET':
        return toOutcome(this.#batches.list(new URLSearchParams(query), origin));
      case 'GET {id}':
        return toOutcome(this.#batches.retrieve(id as string, origin));
      case 'DELETE {id}':
        return toOutcome(this.#batches.delete(id as string));
      case 'POST {id} cancel':
        return toOutcome(this.#batches.cancel(id as string, origin));
      case 'GET {id} results': {
        const results = this.#batches.results(id as string);
        return 'lines' in results
          ? { kind: 'lines', lines: results.lines }
          : { kind: 'error', error: results };
      }
      default:
        return toOutcome(notFound('Not found'));
    }
  }

  #runInBatch(params: JsonObject): { message: JsonObject } | { error: ApiError } {
    const error = this.catalogue.error(params.model) ?? messageRequestError(params);
    if (error !== undefined) return { error };
    const model = this.catalogue.resolve(params.model as string) as string;
    const input: InputTokens = this.#cache.charge(model, promptParts(params));
    const script = { usage: { service_tier: 'batch' } };
    return { message: buildMessage(params, model, input, script, this.makeId) };
  }
}

function bodyError(body: unknown): ApiError | undefined {
  return isObject(body) ? undefined : invalid('body', 'The request body is not valid JSON');
}

/** An error has a numeric `status`; no other response of the API has such a field. */
function toOutcome(result: JsonObject | ApiError): Outcome {
  return typeof result.status === 'number'
    ? { kind: 'error', error: result as ApiError }
    : { kind: 'json', body: result as JsonObject };
}
