import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Ledger, OpenRequest } from '../api/ledger.ts';
import { readUsage, usageInEvent } from '../api/usage.ts';
import { frame, type StreamEvent } from './sse.ts';

/** Headers of a response. `null` removes a header of an earlier set. */
export type ResponseHeaders = Readonly<Record<string, string | null>>;

/** Encodes an event for the wire. */
export type Framing = (event: StreamEvent) => string | Uint8Array;

/**
 * One request and its response. Every byte is sent here and recorded in the ledger.
 *
 * The methods that send throw after the connection has closed. If they throw because of a defect, {@link Exchange.gone} is false.
 */
export class Exchange {
  readonly request: OpenRequest;
  readonly #response: ServerResponse;
  readonly #ledger: Ledger;
  readonly #closed = new AbortController();
  #ending = false;

  constructor(request: OpenRequest, response: ServerResponse, ledger: Ledger) {
    this.request = request;
    this.#response = response;
    this.#ledger = ledger;
    // A write to a closed socket needs no handling of its own, because `close` follows.
    response.on('error', () => undefined);
    response.once('close', () => {
      const completed = response.writableFinished;
      ledger.ended(request, { completed, closedByClient: !completed && !this.#ending });
      this.#closed.abort();
    });
  }

  /** Whether the connection is closed. */
  get gone(): boolean {
    return this.#closed.signal.aborted || this.#response.destroyed;
  }

  /** Marks that the server, not the client, ends the connection from now on. */
  endedByServer(): void {
    this.#ending = true;
  }

  /** Waits. Throws if the connection closes. */
  async wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    this.#flushHead();
    await setTimeout(ms, undefined, { signal: this.#closed.signal });
  }

  /** Waits until the client disconnects, or the server closes. */
  async hang(): Promise<void> {
    this.#flushHead();
    if (!this.gone) await once(this.#closed.signal, 'abort');
  }

  /** Sends status and headers together with the first piece of the body, or before the next wait. */
  head(status: number, contentType: string, ...sets: readonly ResponseHeaders[]): void {
    const headers = Object.entries(Object.assign({ 'content-type': contentType }, ...sets));
    for (const [name, value] of headers) {
      if (value !== null) this.#response.setHeader(name, String(value));
    }
    const id = this.#response.getHeader('request-id') ?? this.#response.getHeader('x-amzn-requestid');
    this.request.requestId = id?.toString() ?? null;
    this.#response.writeHead(status);
    this.#ledger.responded(this.request, status);
  }

  /** Records a sent error in the ledger. */
  failed(errorType: string): void {
    this.#ledger.failed(this.request, errorType);
  }

  /** Sends a piece of the body, split into chunks of `chunkBytes` if given. */
  async write(body: string | Uint8Array, chunkBytes: number | undefined): Promise<void> {
    const bytes = Buffer.from(body);
    const size = chunkBytes ?? Math.max(1, bytes.length);
    for (let start = 0; start < bytes.length; start += size) {
      this.#closed.signal.throwIfAborted();
      const chunk = bytes.subarray(start, start + size);
      this.request.bytesSent += chunk.length;
      // Each write is a separate chunk on the wire, so that a client reads exactly these pieces.
      if (!this.#response.write(chunk)) await once(this.#response, 'drain', { signal: this.#closed.signal });
    }
  }

  /** Sends one event in the framing of `encode`, and records its usage in the ledger. */
  async event(event: StreamEvent, chunkBytes: number | undefined, encode: Framing = frame): Promise<void> {
    const usage = usageInEvent(event);
    if (usage !== null) this.#ledger.used(this.request, usage, event.type === 'message_delta');
    await this.write(encode(event), chunkBytes);
    this.request.eventsSent += 1;
  }

  /** Sends a whole ready-made body and ends the response. */
  async body(body: string, contentType: string, chunkBytes: number | undefined): Promise<void> {
    const { usage, final, events } = readUsage(body, contentType);
    if (usage !== null) this.#ledger.used(this.request, usage, final);
    this.request.eventsSent += events;
    if (chunkBytes === undefined) {
      this.request.bytesSent += Buffer.byteLength(body);
      this.#response.end(body);
      return;
    }
    await this.write(body, chunkBytes);
    this.end();
  }

  /** Ends the response. */
  end(): void {
    this.#response.end();
  }

  /** Destroys the socket after all written data was sent. */
  async destroy(): Promise<void> {
    this.endedByServer();
    this.#flushHead();
    // Node holds chunks back until the end of the tick.
    await setImmediate();
    this.#response.socket?.destroy();
  }

  /** Resets the connection (TCP RST). */
  reset(): void {
    this.endedByServer();
    this.#response.socket?.resetAndDestroy();
  }

  /** Sends the headers ahead of the body, if they are set. */
  #flushHead(): void {
    if (this.request.status !== null) this.#response.flushHeaders();
  }
}
