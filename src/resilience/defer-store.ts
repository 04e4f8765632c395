/** Where deferred requests are kept until a worker has their results. */

/** A request that is deferred. */
export interface DeferredRequest {
  /** Its identity: the `custom_id` of the batch. */
  readonly customId: string;
  /** The parameters of `messages.create`, as JSON. */
  readonly params: string;
  /** When it was deferred, in Unix milliseconds. */
  readonly enqueuedAt: number;
}

/** A deferred request that a worker has claimed. */
export interface ClaimedRequest extends DeferredRequest {
  /** How often it has failed. */
  readonly attempts: number;
  /** The batch that it is already part of. */
  readonly batchId?: string | undefined;
}

/** What a worker claims. */
export interface DeferClaim {
  /** Names this claim. Only its holder may change what it claimed. */
  readonly lease: string;
  /** The most requests. */
  readonly limit: number;
  /** Unix milliseconds. */
  readonly now: number;
  /** When the claim ends unless it is renewed, in Unix milliseconds. */
  readonly leaseUntil: number;
}

/** How a request goes on after a failure. */
export interface DeferFailure {
  readonly attempts: number;
  /** When it may be claimed again, in Unix milliseconds; `undefined` makes it a dead letter. */
  readonly retryAt: number | undefined;
  /** The batch that still has its result. */
  readonly batchId?: string | undefined;
  /** What failed, in a short text without content of the request. */
  readonly error: string;
}

/** What a store holds. */
export interface DeferStats {
  /** Requests without a result that are no dead letters. */
  readonly backlog: number;
  /** When the oldest of them was deferred, in Unix milliseconds; absent when there is none. */
  readonly oldestAt?: number | undefined;
  readonly deadLetters: number;
}

/** A queue of deferred requests. Each method may return a promise. A method with a `lease` does nothing if the request has another lease. */
export interface DeferStore {
  /** Adds a request and returns `true`. Returns `false` for a `customId` that it has, or had recently. Throws if there is no room. */
  enqueue(request: DeferredRequest): boolean | Promise<boolean>;
  /** Leases the oldest requests that are due and not leased. All requests of a claim belong to the same batch, or none belongs to a batch. */
  claim(claim: DeferClaim): readonly ClaimedRequest[] | Promise<readonly ClaimedRequest[]>;
  /** Extends a lease; a time in the past returns the request. Stores the batch of the request. */
  renew(customId: string, lease: string, leaseUntil: number, batchId?: string): unknown;
  /** Forgets the request, but not its `customId`. */
  complete(customId: string, lease: string): unknown;
  fail(customId: string, lease: string, failure: DeferFailure): unknown;
  stats(): DeferStats | Promise<DeferStats>;
}

/** Limits of a store in memory. */
export interface MemoryDeferStoreOptions {
  /** The most requests, dead letters included. @default 10000 */
  readonly maxRequests?: number;
}

/** A dead letter. */
export interface DeadLetter {
  readonly customId: string;
  readonly error: string;
}

/** A store in memory, with its dead letters. */
export interface MemoryDeferStore extends DeferStore {
  deadLetters(): DeadLetter[];
  /** Forgets a request and its `customId`, so that it can be deferred again. */
  remove(customId: string): void;
}

interface Entry extends DeferredRequest {
  attempts: number;
  batchId?: string | undefined;
  lease?: string | undefined;
  dueAt: number;
  dead?: string;
}

/**
 * Creates a store in memory. Its requests end with the process, so use a database for requests that must not be lost.
 *
 * @example
 * const queue = defer(memoryDeferStore(), { client, onResult: (id, message) => save(id, message) });
 */
export function memoryDeferStore({ maxRequests = 10_000 }: MemoryDeferStoreOptions = {}): MemoryDeferStore {
  const entries = new Map<string, Entry>();
  const completed = new Set<string>();
  const leased = (id: string, lease: string): Entry | undefined => {
    const entry = entries.get(id);
    return entry?.lease === lease ? entry : undefined;
  };
  const alive = (): Entry[] => [...entries.values()].filter(({ dead }) => dead === undefined);
  return {
    enqueue(request) {
      if (entries.has(request.customId) || completed.has(request.customId)) return false;
      if (entries.size >= maxRequests)
        throw new Error(`The store of deferred requests is full (${maxRequests}).`);
      entries.set(request.customId, { ...request, attempts: 0, dueAt: 0 });
      return true;
    },
    claim({ lease, limit, now, leaseUntil }) {
      // While a request is leased, it is due when its lease ends.
      const due = alive().filter(({ dueAt }) => dueAt <= now);
      const claimed = due.filter(({ batchId }) => batchId === due[0]?.batchId).slice(0, limit);
      for (const entry of claimed) Object.assign(entry, { lease, dueAt: leaseUntil });
      return claimed.map(({ customId, params, enqueuedAt, attempts, batchId }) => ({
        customId,
        params,
        enqueuedAt,
        attempts,
        batchId,
      }));
    },
    renew(customId, lease, leaseUntil, batchId) {
      const entry = leased(customId, lease);
      if (entry) Object.assign(entry, { dueAt: leaseUntil, batchId: batchId ?? entry.batchId });
    },
    complete(customId, lease) {
      if (!leased(customId, lease)) return;
      entries.delete(customId);
      completed.add(customId);
      if (completed.size > maxRequests) completed.delete(completed.values().next().value as string);
    },
    fail(customId, lease, { attempts, retryAt, batchId, error }) {
      const entry = leased(customId, lease);
      if (!entry) return;
      Object.assign(entry, { attempts, batchId, lease: undefined, dueAt: retryAt ?? 0 });
      if (retryAt === undefined) entry.dead = error;
    },
    stats() {
      const waiting = alive();
      return {
        backlog: waiting.length,
        deadLetters: entries.size - waiting.length,
        ...(waiting.length > 0 && {
          oldestAt: waiting.reduce((at, each) => Math.min(at, each.enqueuedAt), Number.POSITIVE_INFINITY),
        }),
      };
    },
    deadLetters() {
      return [...entries.values()].flatMap(({ customId, dead }) =>
        dead === undefined ? [] : [{ customId, error: dead }],
      );
    },
    remove(customId) {
      entries.delete(customId);
      completed.delete(customId);
    },
  };
}
