/** Sends claimed requests as a message batch, waits for it, and hands out its results. */
import { randomUUID } from 'node:crypto';
import type { Decision, DecisionName } from '../model/decision.ts';
import { isBillingRefusal } from '../model/errors.ts';
import { clean, MAX_LABEL } from '../model/text.ts';
import type { Clock } from './clock.ts';
import type { ClaimedRequest, DeferStore } from './defer-store.ts';
import { isRecord } from './request-facts.ts';

interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** The result of one request of a batch. */
interface BatchResult {
  readonly custom_id: string;
  readonly result: { readonly type: string; readonly message?: unknown; readonly error?: unknown };
}

/** A batch. */
interface Batch {
  readonly id: string;
  readonly processing_status: string;
}

/** What `defer` uses of a client of the SDK. */
export interface DeferClient {
  readonly messages: {
    readonly batches: {
      create(body: object, options?: RequestOptions): PromiseLike<Batch>;
      retrieve(id: string, params?: undefined, options?: RequestOptions): PromiseLike<Batch>;
      results(
        id: string,
        params?: undefined,
        options?: RequestOptions,
      ): PromiseLike<AsyncIterable<BatchResult>>;
    };
  };
}

/** Settings of a worker. */
export interface DeferSettings {
  readonly client: DeferClient;
  readonly onResult: (customId: string, message: unknown) => unknown;
  readonly name: string;
  readonly batchSize: number;
  readonly pollMs: number;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly decide?: (name: DecisionName, message: string, details?: Partial<Decision>) => void;
}

type Requests = Map<string, ClaimedRequest>;

/** The statuses that are the fault of the requests in a new batch. Any other is that of the key, the limits, the network or the API. */
const REJECTED = new Set([400, 413, 422]);
/** The statuses of a batch that has no results any more. */
const GONE = new Set([404, 410]);

/** One worker of a queue. It has one batch at a time. */
export class DeferWorker {
  readonly #store: DeferStore;
  readonly #settings: DeferSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #lease = randomUUID();

  constructor(store: DeferStore, settings: DeferSettings, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** Claims requests and brings them to an end. Gives whether there were any. */
  async step(): Promise<boolean> {
    const { clock, batchSize } = this.#settings;
    const now = clock.now();
    const claim = { lease: this.#lease, limit: batchSize, now, leaseUntil: this.#leaseUntil() };
    const claimed = await this.#store.claim(claim);
    const left: Requests = new Map(claimed.map((each) => [each.customId, each]));
    try {
      await this.#run(left, claimed[0]?.batchId);
    } catch (error) {
      if (!this.#signal?.aborted) throw error;
    } finally {
      // Of an abort, or a store that failed: the next worker may have it at once.
      if (left.size > 0) await this.#renew(left, clock.now());
    }
    return claimed.length > 0;
  }

  /** Takes what has come to an end out of `left`. */
  async #run(left: Requests, known: string | undefined): Promise<void> {
    if (left.size === 0) return;
    let batchId = known;
    try {
      batchId ??= await this.#create(left);
      await this.#renew(left, this.#leaseUntil(), batchId);
      await this.#waitFor(batchId, left);
      await this.#read(batchId, left);
    } catch (error) {
      const status = statusOf(error);
      if (!(batchId === undefined ? REJECTED : GONE).has(status)) throw error;
      if (batchId === undefined && left.size > 1) return this.#halves(left);
      // Without a batch, the request itself was rejected. Otherwise the batch is gone, and the request is sent again.
      for (const each of left.values())
        await this.#failed(each, `status_${status}`, { final: batchId === undefined, left });
      return;
    }
    for (const each of left.values()) await this.#failed(each, 'no_result', { left });
  }

  /** The API rejected a batch: halves of it find the request behind that, and save the others. */
  async #halves(left: Requests): Promise<void> {
    const all = [...left];
    const middle = Math.ceil(all.length / 2);
    for (const half of [all.slice(0, middle), all.slice(middle)]) {
      const part: Requests = new Map(half);
      try {
        await this.#run(part, undefined);
      } finally {
        for (const [id] of half) if (!part.has(id)) left.delete(id);
      }
    }
  }

  async #create(left: Requests): Promise<string> {
    const requests = [...left.values()].map(({ customId, params }) => ({
      custom_id: customId,
      params: JSON.parse(params) as unknown,
    }));
    const { batches } = this.#settings.client.messages;
    const { id } = await this.#patiently(left, (options) => batches.create({ requests }, options), REJECTED);
    this.#settings.decide?.('defer_sent', `A batch has ${requests.length} deferred requests.`);
    return id;
  }

  async #waitFor(batchId: string, left: Requests): Promise<void> {
    const { client, clock, pollMs } = this.#settings;
    for (;;) {
      const retrieve = (options: RequestOptions) =>
        client.messages.batches.retrieve(batchId, undefined, options);
      const { processing_status: status } = await this.#patiently(left, retrieve);
      if (status === 'ended') return;
      await clock.sleep(pollMs, this.#signal);
      this.#signal?.throwIfAborted();
      await this.#renew(left, this.#leaseUntil());
    }
  }

  async #read(batchId: string, left: Requests): Promise<void> {
    const { batches } = this.#settings.client.messages;
    let results: BatchResult[] = [];
    await this.#patiently(left, async (options) => {
      results = [];
      for await (const each of await batches.results(batchId, undefined, options)) results.push(each);
    });
    for (const { custom_id: id, result } of results) {
      const request = left.get(id);
      if (!request) continue;
      this.#signal?.throwIfAborted();
      if (result.type !== 'succeeded') {
        const error = result.type === 'errored' ? errorType(result.error) : result.type;
        await this.#failed(request, error, { final: error === 'invalid_request_error', left });
        continue;
      }
      if (await this.#handedOver(id, result.message)) {
        await this.#store.complete(id, this.#lease);
        left.delete(id);
      } else await this.#failed(request, 'on_result_failed', { batchId, left });
    }
  }

  async #handedOver(id: string, message: unknown): Promise<boolean> {
    try {
      await this.#settings.onResult(id, message);
      return true;
    } catch {
      return false;
    }
  }

  async #failed(
    { customId, attempts: before }: ClaimedRequest,
    error: string,
    { final = false, batchId, left }: { final?: boolean; batchId?: string; left: Requests },
  ): Promise<void> {
    const { clock, maxAttempts, decide } = this.#settings;
    const attempts = before + 1;
    const dead = final || attempts >= maxAttempts;
    const waitMs = dead ? undefined : this.#backoff(attempts);
    const retryAt = waitMs === undefined ? undefined : clock.now() + waitMs;
    await this.#store.fail(customId, this.#lease, { attempts, retryAt, batchId, error });
    left.delete(customId);
    const details = { attempt: attempts, errorType: error, ...(waitMs !== undefined && { waitMs }) };
    if (dead) decide?.('dead_lettered', `A deferred request failed permanently (${error}).`, details);
    else decide?.('defer_retry', `A deferred request failed (${error}) and will be sent again.`, details);
  }

  /** Repeats what fails by the key, the limits, the network or the API: that is no fault of the requests, and costs them no attempt. */
  async #patiently<T>(
    left: Requests,
    run: (options: RequestOptions) => PromiseLike<T>,
    final: ReadonlySet<number> = GONE,
  ): Promise<T> {
    const { clock, decide } = this.#settings;
    const options = this.#signal ? { signal: this.#signal } : {};
    for (let failures = 1; ; failures++) {
      this.#signal?.throwIfAborted();
      try {
        return await run(options);
      } catch (error) {
        const status = statusOf(error);
        this.#signal?.throwIfAborted();
        if (final.has(status)) throw error;
        const waitMs = this.#backoff(failures);
        const details = { attempt: failures, waitMs, ...(status > 0 && { status }) };
        decide?.('defer_waiting', 'The API does not accept or return a batch.', details);
        await clock.sleep(waitMs, this.#signal);
        await this.#renew(left, this.#leaseUntil());
      }
    }
  }

  #backoff(failures: number): number {
    const { clock, backoffMs, maxBackoffMs } = this.#settings;
    return Math.round(Math.min(backoffMs * 2 ** (failures - 1), maxBackoffMs) * clock.random());
  }

  #leaseUntil(): number {
    return this.#settings.clock.now() + this.#settings.leaseMs;
  }

  async #renew(left: Requests, until: number, batchId?: string): Promise<void> {
    for (const id of left.keys()) await this.#store.renew(id, this.#lease, until, batchId);
  }
}

/** The HTTP status of an error of the SDK, or 0. A spend limit comes as a 400, and is none of the request. */
function statusOf(error: unknown): number {
  if (!isRecord(error)) return 0;
  const { status, error: body } = error;
  const envelope = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { message } = envelope;
  if (typeof message === 'string' && isBillingRefusal(undefined, message)) return 402;
  return typeof status === 'number' ? status : 0;
}

/** The type in the error envelope of a result. */
function errorType(envelope: unknown): string {
  const error = isRecord(envelope) && isRecord(envelope['error']) ? envelope['error'] : {};
  return typeof error['type'] === 'string' ? clean(error['type'], MAX_LABEL) : 'errored';
}
