import { randomUUID } from 'node:crypto';
import type { Api, Outcome } from '../api/api.ts';
import {
  type ApiError,
  ERROR_TABLE,
  type ErrorRow,
  errorEnvelope,
  errorTypeIn,
  gatewayPage,
  statusOfType,
} from '../api/errors.ts';
import { platformError, streamException } from '../api/platform-errors.ts';
import type { JsonObject } from '../json.ts';
import type { Settings } from '../options.ts';
import type {
  DeliveryOptions,
  Ending,
  ErrorResponseOptions,
  PlannedResponse,
} from '../script/planned-response.ts';
import { EVENT_STREAM_TYPE, eventFrame, exceptionFrame } from './aws-event-stream.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import { frame, messageEvents } from './sse.ts';

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream; charset=utf-8';
const BROKEN_JSON = '{"type":"message","id":"msg_01broken","role":"assist';
const BROKEN_EVENT = 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_\n\n';

type MessageResponse = Extract<PlannedResponse, { kind: 'message' }>;
type RawResponse = Extract<PlannedResponse, { kind: 'raw' }>;

/** A healthy response without special behavior. */
export const HEALTHY: MessageResponse = {
  kind: 'message',
  script: {},
  delivery: {},
  ending: { type: 'complete' },
};

/** Sends responses. */
export class Delivery {
  readonly #api: Api;
  readonly #settings: Settings;

  constructor(api: Api, settings: Settings) {
    this.#api = api;
    this.#settings = settings;
  }

  /** Sends the response of the API itself: a message, a list, or an error. */
  async outcome(exchange: Exchange, outcome: Outcome, how: MessageResponse = HEALTHY): Promise<void> {
    const { delivery, ending } = how;
    if (outcome.kind === 'error') return this.error(exchange, outcome.error);
    await exchange.wait(delivery.delayMs ?? 0);
    if (outcome.kind === 'message' && exchange.request.stream) {
      return this.#stream(exchange, outcome.message, delivery, ending);
    }
    if (ending.type === 'error') {
      return this.error(exchange, { ...ending.error, status: statusOfType(ending.error.type) });
    }
    if (outcome.kind === 'lines') {
      const lines = outcome.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return this.#whole(exchange, lines, 'application/x-jsonl', delivery, ending);
    }
    const body = outcome.kind === 'message' ? outcome.message : outcome.body;
    return this.#whole(exchange, JSON.stringify(body), JSON_TYPE, delivery, ending);
  }

  /** Sends a planned response that does not come from the API. */
  async scripted(exchange: Exchange, response: Exclude<PlannedResponse, MessageResponse>): Promise<void> {
    switch (response.kind) {
      case 'error':
        return this.#error(exchange, response.status, response.options);
      case 'raw':
        return this.#raw(exchange, response);
      case 'broken-json': {
        const raw = exchange.request.stream
          ? { contentType: STREAM_TYPE, body: BROKEN_EVENT }
          : { contentType: JSON_TYPE, body: BROKEN_JSON };
        return this.#raw(exchange, { kind: 'raw', status: 200, apiHeaders: true, delivery: {}, ...raw });
      }
      case 'silence':
        return response.reset ? exchange.reset() : exchange.hang();
    }
  }

  /** Sends an error as the API does. */
  async error(exchange: Exchange, { status, ...error }: ApiError): Promise<void> {
    return this.#error(exchange, status, error);
  }

  async #error(exchange: Exchange, status: number, options: ErrorResponseOptions): Promise<void> {
    await exchange.wait(options.delayMs ?? 0);
    const row = ERROR_TABLE[status] ?? (ERROR_TABLE[status < 500 ? 400 : 500] as ErrorRow);
    const { type = row.type, message = row.message, code } = options;
    // A gateway responds instead of the API, without the API's headers.
    const gateway = row.gateway === true && options.type === undefined;
    const ready = options.body ?? (gateway ? gatewayPage(status, message) : undefined);
    const contentType = ready === undefined || ready.startsWith('{') ? JSON_TYPE : 'text/html';
    const errorType = ready === undefined ? type : errorTypeIn(ready);
    if (errorType !== undefined) exchange.failed(errorType);
    const own = platformError(exchange.request.platform, status, message);
    const headers = [gateway ? {} : this.#apiHeaders(exchange), this.#retryHeaders(status, options)];
    exchange.head(status, contentType, ...headers, own?.headers ?? {}, options.headers ?? {});
    const error = { type, message, ...(code === undefined ? {} : { code }) };
    const body = ready ?? JSON.stringify(own?.body ?? errorEnvelope(error, exchange.request.requestId));
    return exchange.body(body, contentType, this.#settings.chunkBytes);
  }

  async #raw(
    exchange: Exchange,
    { status, contentType, body, apiHeaders, delivery }: RawResponse,
  ): Promise<void> {
    await exchange.wait(delivery.delayMs ?? 0);
    const errorType = errorTypeIn(body);
    if (errorType !== undefined) exchange.failed(errorType);
    exchange.head(status, contentType, apiHeaders ? this.#apiHeaders(exchange) : {}, delivery.headers ?? {});
    return exchange.body(body, contentType, delivery.chunkBytes ?? this.#settings.chunkBytes);
  }

  async #whole(
    exchange: Exchange,
    body: string,
    type: string,
    { chunkBytes = this.#settings.chunkBytes, headers = {} }: DeliveryOptions,
    ending: Ending,
  ): Promise<void> {
    exchange.head(200, type, this.#apiHeaders(exchange), headers);
    if (ending.type === 'complete') return exchange.body(body, type, chunkBytes);
    await exchange.write(body.slice(0, body.length / 2), chunkBytes);
    return this.#end(exchange, ending);
  }

  async #stream(
    exchange: Exchange,
    message: JsonObject,
    delivery: DeliveryOptions,
    ending: Ending,
  ): Promise<void> {
    const { deltas, eventDelayMs, chunkBytes } = { ...this.#settings, ...delivery };
    const framed = exchange.request.platform === 'bedrock';
    exchange.head(
      200,
      framed ? EVENT_STREAM_TYPE : STREAM_TYPE,
      { 'cache-control': 'no-cache' },
      this.#apiHeaders(exchange),
      delivery.headers ?? {},
    );
    const limit = ending.type === 'complete' ? Number.POSITIVE_INFINITY : ending.afterEvents;
    let sent = 0;
    for (const event of messageEvents(message, deltas)) {
      if (sent >= limit) break;
      if (sent > 0) await exchange.wait(eventDelayMs);
      await exchange.event(event, chunkBytes, framed ? eventFrame : frame);
      sent += 1;
    }
    if (ending.type === 'error') {
      exchange.failed(ending.error.type);
      const { type, message: text } = ending.error;
      const failure = { ...errorEnvelope(ending.error, exchange.request.requestId), type: 'error' };
      const exception = (): Uint8Array => exceptionFrame(streamException(type), text);
      await exchange.event(failure, chunkBytes, framed ? exception : frame);
    }
    return this.#end(exchange, ending);
  }

  async #end(exchange: Exchange, ending: Ending): Promise<void> {
    if (ending.type === 'reset') return exchange.destroy();
    if (ending.type === 'hang') return exchange.hang();
    exchange.end();
  }

  /** The headers of every API response. Bedrock has none of them, and Vertex has no limits. */
  #apiHeaders({ request }: Exchange): ResponseHeaders {
    if (request.platform === 'bedrock') return { 'x-amzn-requestid': randomUUID() };
    if (request.platform === 'vertex') return { 'request-id': this.#api.makeId('req_vrtx') };
    return {
      'request-id': this.#api.makeId('req'),
      'anthropic-organization-id': this.#api.organizationId,
      ...this.#api.limits.headers(request.model),
    };
  }

  #retryHeaders(status: number, { retryAfter, shouldRetry }: ErrorResponseOptions): ResponseHeaders {
    const headers: Record<string, string> = {};
    const seconds = retryAfter === undefined && status === 429 ? 1 : retryAfter;
    if (seconds !== null && seconds !== undefined) headers['retry-after'] = String(seconds);
    const { retryAfterMs } = this.#settings;
    const retryable = shouldRetry ?? ERROR_TABLE[status]?.retryable ?? status >= 500;
    // A response without `retry-after` has no `retry-after-ms` either.
    if (retryable && retryAfter !== null && retryAfterMs !== undefined) {
      headers['retry-after-ms'] = String(retryAfterMs);
    }
    if (shouldRetry !== undefined) headers['x-should-retry'] = String(shouldRetry);
    return headers;
  }
}
