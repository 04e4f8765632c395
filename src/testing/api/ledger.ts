import type { JsonObject } from '../json.ts';
import type { Platform } from './platform.ts';
import { addTokens, mergeUsage, noTokens, type TokenCounts, tokenCounts } from './usage.ts';

/** One request that the server received, and its result. Its fields are filled in while the response is sent. */
export interface ReceivedRequest {
  readonly method: string;
  /** The path without its query: `/v1/messages`. */
  readonly path: string;
  /** The query without its `?`: `beta=true`, or empty. */
  readonly query: string;
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body; the text if it is not JSON; undefined if there is none. */
  readonly body: unknown;
  /** The platform whose format the request has, according to its path. */
  readonly platform: Platform;
  /** The `model` of the body; for Bedrock and Vertex, the model in the path. */
  readonly model: string | null;
  /** Whether the request asked for a stream. */
  readonly stream: boolean;
  /** The SDK's count of earlier attempts of the same call, 0 for the first. */
  readonly retryCount: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Status of the response, or null while (or because) there is none. */
  readonly status: number | null;
  /** `error.type` of the response, in its envelope or in its SSE `error` event. */
  readonly errorType: string | null;
  /** The `request-id` header of the response; for Bedrock, `x-amzn-requestid`. */
  readonly requestId: string | null;
  /** The usage sent so far, as the API writes it. For an interrupted stream, only its initial part. */
  readonly usage: JsonObject | null;
  /** Whether `usage` is final, because the whole message was sent, or the stream reached `message_delta`. */
  readonly usageFinal: boolean;
  /** Bytes of the body that were passed to the socket. */
  readonly bytesSent: number;
  /** SSE events that were passed to the socket. */
  readonly eventsSent: number;
  /** Whether the whole response was sent. */
  readonly completed: boolean;
  /** Whether the client closed the connection before the response was complete. */
  readonly closedByClient: boolean;
  /** Milliseconds since the epoch, or null while the response is in progress. */
  readonly endedAt: number | null;
}

/** A {@link ReceivedRequest} that the server can change. */
export type OpenRequest = { -readonly [Field in keyof ReceivedRequest]: ReceivedRequest[Field] };

/** Sums over the requests received since the start or the last `reset()`. */
export interface Totals {
  /** First attempts: requests with no `x-stainless-retry-count`, or with 0. */
  calls: number;
  /** All requests. */
  attempts: number;
  /** Responses by status; `none` counts requests that ended without any response. */
  statuses: Record<string, number>;
  /** Errors by `error.type`, including SSE `error` events. Responses without an envelope have only their status. */
  errors: Record<string, number>;
  /** Tokens of responses whose final usage was sent. */
  tokens: TokenCounts;
  /** Tokens that interrupted streams had reported before they ended. */
  unfinishedTokens: TokenCounts;
  /** Requests whose client closed the connection early. */
  closedByClient: number;
}

/** What the server really sent: {@link Totals} over all requests, and for each requested model. */
export interface SentTotals extends Totals {
  models: Record<string, Totals>;
}

/** Keeps the requests and their totals. */
export class Ledger {
  readonly #keep: number;
  #requests: OpenRequest[] = [];
  #sent: SentTotals = newSent();

  /** @param keep How many of the newest requests are kept in full. The totals always count all requests. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** The requests, oldest first. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  /** A copy of the totals. */
  get sent(): SentTotals {
    return structuredClone(this.#sent);
  }

  /** Deletes all requests and totals. */
  reset(): void {
    this.#requests = [];
    this.#sent = newSent();
  }

  /** Records that a request arrived. */
  received(request: OpenRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > this.#keep) this.#requests.shift();
    this.#count(request, (totals) => {
      totals.attempts += 1;
      if (request.retryCount === 0) totals.calls += 1;
    });
  }

  /** Records that status and headers were sent. */
  responded(request: OpenRequest, status: number): void {
    request.status = status;
    this.#count(request, (totals) => increment(totals.statuses, String(status)));
  }

  /** Records that an error was sent. */
  failed(request: OpenRequest, errorType: string): void {
    request.errorType = errorType;
    this.#count(request, (totals) => increment(totals.errors, errorType));
  }

  /** Records that usage was sent. */
  used(request: OpenRequest, usage: JsonObject, final: boolean): void {
    const merged = mergeUsage(request.usage, usage);
    this.#count(request, (totals) => {
      if (request.usage !== null)
        addTokens(kindOf(totals, request.usageFinal), tokenCounts(request.usage), -1);
      addTokens(kindOf(totals, final), tokenCounts(merged));
    });
    request.usage = merged;
    request.usageFinal = final;
  }

  /** Records that the connection's part in the request has ended. */
  ended(request: OpenRequest, end: { completed: boolean; closedByClient: boolean }): void {
    Object.assign(request, end, { endedAt: Date.now() });
    this.#count(request, (totals) => {
      if (request.status === null) increment(totals.statuses, 'none');
      if (end.closedByClient) totals.closedByClient += 1;
    });
  }

  #count(request: OpenRequest, count: (totals: Totals) => void): void {
    count(this.#sent);
    if (request.model === null) return;
    this.#sent.models[request.model] ??= newTotals();
    count(this.#sent.models[request.model] as Totals);
  }
}

function kindOf(totals: Totals, final: boolean): TokenCounts {
  return final ? totals.tokens : totals.unfinishedTokens;
}

function increment(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function newTotals(): Totals {
  return {
    calls: 0,
    attempts: 0,
    // No prototype, because the names come from requests and may be `constructor`.
    statuses: Object.create(null),
    errors: Object.create(null),
    tokens: noTokens(),
    unfinishedTokens: noTokens(),
    closedByClient: 0,
  };
}

function newSent(): SentTotals {
  return { ...newTotals(), models: Object.create(null) };
}
