import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnthropicServer } from './anthropic-server.ts';
import { Api } from './api/api.ts';
import { Ledger, type ReceivedRequest, type SentTotals } from './api/ledger.ts';
import { readAsked } from './api/platform.ts';
import type { ModelClassLimits, RateLimitOptions } from './api/rate-limits.ts';
import { expectStrings } from './expect.ts';
import type { Settings } from './options.ts';
import type { PlannedResponse } from './script/planned-response.ts';
import { type FaultOptions, type RequestMatch, ResponsePlan } from './script/response-plan.ts';
import { Delivery, HEALTHY } from './wire/deliver.ts';
import { Exchange } from './wire/exchange.ts';
import { receive } from './wire/receive.ts';

/** Longer than a test or demonstration pauses: a client never meets a connection that is just being closed. */
const KEEP_ALIVE_MS = 60_000;

/** The server behind `startAnthropicServer`; {@link AnthropicServer} documents its members. */
export class LocalServer implements AnthropicServer {
  readonly #settings: Settings;
  readonly #api: Api;
  readonly #delivery: Delivery;
  readonly #ledger: Ledger;
  readonly #plan: ResponsePlan = new ResponsePlan();
  readonly #http: Server;
  readonly #open = new Set<Exchange>();
  readonly #news: EventEmitter = new EventEmitter().setMaxListeners(0);
  #port = 0;
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#api = new Api(settings);
    this.#delivery = new Delivery(this.#api, settings);
    this.#ledger = new Ledger(settings.keepRequests);
    this.#http = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.#handle(request, response);
    });
  }

  async listen(): Promise<void> {
    this.#http.listen(this.#settings.port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get requests(): readonly ReceivedRequest[] {
    return this.#ledger.requests;
  }

  get sent(): SentTotals {
    return this.#ledger.sent;
  }

  get pending(): number {
    return this.#plan.pending;
  }

  get apiKeys(): readonly string[] | undefined {
    return this.#api.apiKeys;
  }

  set apiKeys(keys: readonly string[] | undefined) {
    expectStrings('apiKeys', keys);
    this.#api.apiKeys = keys;
  }

  get models(): readonly string[] {
    return this.#api.catalogue.names;
  }

  set models(names: readonly string[]) {
    expectStrings('models', names);
    this.#api.catalogue.names = names;
  }

  get rateLimits(): RateLimitOptions {
    return this.#api.limits.options;
  }

  set rateLimits(limits: RateLimitOptions) {
    this.#api.limits.options = limits;
  }

  drain(model: string, remaining: ModelClassLimits): void {
    this.#api.limits.drain(model, remaining);
  }

  plan(steps: readonly PlannedResponse[], match: RequestMatch = {}): void {
    this.#plan.add(steps, match);
  }

  faults(...faults: readonly FaultOptions[]): void {
    this.#plan.setFaults(faults);
  }

  reset(): void {
    this.#ledger.reset();
    this.#plan.reset();
    this.#api.reset();
  }

  async waitForRequests(count: number): Promise<void> {
    while (this.#ledger.sent.attempts < count) await once(this.#news, 'request');
  }

  async idle(): Promise<void> {
    while (this.#open.size > 0) await once(this.#news, 'end');
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#http.close(() => resolve());
      for (const exchange of this.#open) exchange.endedByServer();
      this.#http.closeAllConnections();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(message, this.#settings.maxBodyBytes);
    // The client gave up before it had sent the whole request.
    if (received === undefined) return;
    const { request, tooLarge } = received;
    const exchange = new Exchange(request, response, this.#ledger);
    this.#open.add(exchange);
    response.once('close', () => {
      this.#open.delete(exchange);
      this.#news.emit('end');
    });
    this.#ledger.received(request);
    this.#news.emit('request');
    try {
      await this.#respond(exchange, tooLarge);
    } catch (error) {
      // Whatever fails after the connection is gone failed because it is gone; the rest is a defect, and is loud.
      if (!exchange.gone) throw error;
    }
  }

  async #respond(exchange: Exchange, tooLarge: boolean): Promise<void> {
    const { request } = exchange;
    if (tooLarge) {
      const message = 'Request exceeds the maximum size';
      return this.#delivery.error(exchange, { status: 413, type: 'request_too_large', message });
    }
    const error = this.#api.keyError(request.headers);
    if (error !== undefined) return this.#delivery.error(exchange, error);
    const planned = this.#plan.take(request);
    if (planned !== undefined && planned.kind !== 'message')
      return this.#delivery.scripted(exchange, planned);
    const { path, body } = readAsked(request.path, request.body);
    const outcome = this.#api.respond({ ...request, path, body }, this.url, planned?.script);
    return this.#delivery.outcome(exchange, outcome, planned ?? HEALTHY);
  }
}
