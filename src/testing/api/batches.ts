import { asArray, isObject, type JsonObject } from '../json.ts';
import { type ApiError, errorEnvelope, invalid, notFound } from './errors.ts';
import type { MakeId } from './ids.ts';
import { page } from './page.ts';

/** Milliseconds until an unfinished batch, and later its results, expire. */
const DAY_MS = 86_400_000;

/** Runs one request of a batch: its message or its error. */
export type RunBatchItem = (params: JsonObject) => { message: JsonObject } | { error: ApiError };

interface Item {
  readonly customId: string;
  readonly params: JsonObject;
}

interface Batch {
  readonly id: string;
  readonly createdAt: number;
  readonly items: readonly Item[];
  canceledAt: number | null;
  /** One result per item, created when the batch has ended. */
  results: readonly JsonObject[] | null;
}

/** The message batches of a server. A batch ends `durationMs` after its creation, or when it is canceled. */
export class BatchStore {
  readonly #batches = new Map<string, Batch>();
  readonly #run: RunBatchItem;
  readonly #makeId: MakeId;
  readonly #now: () => number;
  readonly #durationMs: number;

  constructor(run: RunBatchItem, makeId: MakeId, now: () => number, durationMs: number) {
    this.#run = run;
    this.#makeId = makeId;
    this.#now = now;
    this.#durationMs = durationMs;
  }

  /** Deletes all batches. */
  clear(): void {
    this.#batches.clear();
  }

  /** `POST /v1/messages/batches`. */
  create(body: JsonObject, origin: string): JsonObject | ApiError {
    const requests = body.requests;
    if (requests === undefined) return invalid('requests', 'Field required');
    if (!Array.isArray(requests) || requests.length === 0)
      return invalid('requests', 'at least one request is required');
    const items: Item[] = [];
    for (const [index, request] of asArray(requests).entries()) {
      const { custom_id: customId, params } = isObject(request) ? request : {};
      if (typeof customId !== 'string') return invalid(`requests.${index}.custom_id`, 'Field required');
      if (!isObject(params)) return invalid(`requests.${index}.params`, 'Field required');
      if (items.some((item) => item.customId === customId)) {
        return invalid(`requests.${index}.custom_id`, 'custom_id must be unique within a batch');
      }
      items.push({ customId, params });
    }
    const id = this.#makeId('msgbatch');
    const batch: Batch = { id, createdAt: this.#now(), items, canceledAt: null, results: null };
    this.#batches.set(id, batch);
    return this.#describe(batch, origin);
  }

  /** `GET /v1/messages/batches/{id}`. */
  retrieve(id: string, origin: string): JsonObject | ApiError {
    return this.#with(id, (batch) => this.#describe(this.#advance(batch), origin));
  }

  /** `GET /v1/messages/batches`, newest first. */
  list(query: URLSearchParams, origin: string): JsonObject | ApiError {
    const newestFirst = [...this.#batches.values()].reverse();
    return page(
      newestFirst.map((batch) => this.#describe(this.#advance(batch), origin)),
      query,
      20,
    );
  }

  /** `POST /v1/messages/batches/{id}/cancel`. The next request sees the batch as ended. */
  cancel(id: string, origin: string): JsonObject | ApiError {
    return this.#with(id, (batch) => {
      if (this.#advance(batch).results !== null) {
        return invalid('message_batch_id', 'The batch has ended and cannot be canceled');
      }
      batch.canceledAt ??= this.#now();
      return this.#describe(batch, origin);
    });
  }

  /** `DELETE /v1/messages/batches/{id}`. */
  delete(id: string): JsonObject | ApiError {
    return this.#with(id, (batch) => {
      if (this.#advance(batch).results === null) {
        return invalid('message_batch_id', 'The batch must have ended before it can be deleted');
      }
      this.#batches.delete(id);
      return { id, type: 'message_batch_deleted' };
    });
  }

  /** `GET /v1/messages/batches/{id}/results`: one result per line. */
  results(id: string): { readonly lines: readonly JsonObject[] } | ApiError {
    const batch = this.#batches.get(id);
    const lines = batch === undefined ? null : this.#advance(batch).results;
    return lines === null ? notFound(`Results of batch ${id} are not available`) : { lines };
  }

  #with(id: string, then: (batch: Batch) => JsonObject | ApiError): JsonObject | ApiError {
    const batch = this.#batches.get(id);
    return batch === undefined ? notFound(`Could not find resource for message_batch_id ${id}`) : then(batch);
  }

  #advance(batch: Batch): Batch {
    const due = this.#now() >= batch.createdAt + this.#durationMs;
    if (batch.results !== null || !(due || batch.canceledAt !== null)) return batch;
    batch.results = batch.items.map(({ customId, params }) => ({
      custom_id: customId,
      result: batch.canceledAt === null ? this.#result(params) : { type: 'canceled' },
    }));
    return batch;
  }

  #result(params: JsonObject): JsonObject {
    const outcome = this.#run(params);
    if ('error' in outcome) return { type: 'errored', error: errorEnvelope(outcome.error, null) };
    return { type: 'succeeded', message: outcome.message };
  }

  #describe(batch: Batch, origin: string): JsonObject & { id: string } {
    const ended = batch.results !== null;
    const count = (type: string): number =>
      (batch.results ?? []).filter(({ result }) => isObject(result) && result.type === type).length;
    const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
    const endedAt = ended ? (batch.canceledAt ?? batch.createdAt + this.#durationMs) : null;
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: ended ? 'ended' : batch.canceledAt === null ? 'in_progress' : 'canceling',
      request_counts: {
        processing: ended ? 0 : batch.items.length,
        succeeded: count('succeeded'),
        errored: count('errored'),
        canceled: count('canceled'),
        expired: 0,
      },
      created_at: time(batch.createdAt),
      expires_at: time(batch.createdAt + DAY_MS),
      ended_at: time(endedAt),
      cancel_initiated_at: time(batch.canceledAt),
      archived_at: null,
      results_url: ended ? `${origin}/v1/messages/batches/${batch.id}/results` : null,
    };
  }
}
