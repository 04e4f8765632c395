/** Sends requests whose result nobody waits for as Message Batches, through a queue. */
import { clean, MAX_LABEL } from '../model/text.ts';
import { type OnDecision, report } from '../ports/decisions.ts';
import { type Clock, systemClock } from './clock.ts';
import type { DeferStats, DeferStore } from './defer-store.ts';
import { type DeferClient, type DeferSettings, DeferWorker } from './defer-worker.ts';
import { expectFields, expectFunction, expectNumber, wrong } from './expect.ts';
import { isRecord } from './request-facts.ts';
import { sharedState } from './state.ts';

/** Settings of `defer`. */
export interface DeferOptions {
  /** The client that sends the batches. */
  readonly client: DeferClient;
  /**
   * Receives each result: the API's message. It may be called again with the same id, after a crash or after it threw. If it throws or rejects,
   * the attempt fails, and the next one reads the same batch.
   */
  readonly onResult: (customId: string, message: unknown) => unknown;
  /** Names the queue, in decisions and metrics. Queues of one name in a process share their gauges. @default 'default' */
  readonly name?: string;
  /** The most requests of a batch. @default 1000 */
  readonly batchSize?: number;
  /** The wait between two checks of a batch or an empty queue, in milliseconds. @default 60000 */
  readonly pollMs?: number;
  /** How often a request may fail before it is a dead letter. @default 5 */
  readonly maxAttempts?: number;
  /** The wait after the first failure, in milliseconds: twice as long each time, with full jitter. @default 30000 */
  readonly backoffMs?: number;
  /** The longest wait after a failure, in milliseconds. @default 300000 */
  readonly maxBackoffMs?: number;
  /** How long a claim lasts after its worker was last seen, in milliseconds; longer than `pollMs` and `maxBackoffMs`. @default 900000 */
  readonly leaseMs?: number;
  /** Receives every decision. Its errors are ignored. */
  readonly onDecision?: OnDecision | undefined;
  /** Time and randomness, for tests. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** Settings of `DeferQueue.work`. */
export interface DeferWorkOptions {
  /** Ends the work. Claimed requests are returned, and the next worker continues their batch. */
  readonly signal?: AbortSignal;
  /** Whether the work ends when the queue is empty, except for dead letters. @default false */
  readonly stopWhenEmpty?: boolean;
}

/** A queue of deferred requests. */
export interface DeferQueue {
  /**
   * Defers a request. Returns `false`, and changes nothing, if the queue knows `customId`.
   *
   * @param customId 1 to 64 letters, digits, `_` and `-`
   * @param params the parameters of `messages.create`, without a stream and tools
   * @throws TypeError for a request that cannot be deferred; the reason of `signal` if it is aborted; errors of the store
   */
  enqueue(customId: string, params: object, options?: { signal?: AbortSignal }): Promise<boolean>;
  /** Sends the requests in the queue until `signal` aborts, then resolves. Rejects only with errors of the store. */
  work(options?: DeferWorkOptions): Promise<void>;
}

/** What the store of a queue held when it was last asked. */
export interface KnownDeferred {
  stats: DeferStats | undefined;
}

export const DEFERRED = 'deferred';

const DEFAULTS = {
  name: 'default',
  batchSize: 1_000,
  pollMs: 60_000,
  maxAttempts: 5,
  backoffMs: 30_000,
  maxBackoffMs: 300_000,
  leaseMs: 900_000,
} as const;

const METHODS = ['enqueue', 'claim', 'renew', 'complete', 'fail', 'stats'] as const;

/**
 * Creates a queue of requests for Message Batches, at half the price of calls. Results take from minutes to a day.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * const queue = defer(memoryDeferStore(), { client, onResult: (id, message) => save(id, message) });
 * await queue.enqueue('report-17', { model, max_tokens: 1024, messages });
 * await queue.work({ stopWhenEmpty: true });
 */
export function defer(store: DeferStore, options: DeferOptions): DeferQueue {
  check(store, options);
  const { clock = systemClock, onDecision } = options;
  const settings: DeferSettings = { ...DEFAULTS, ...options, clock };
  const known = sharedState<KnownDeferred>(clock, DEFERRED, settings.name, () => ({ stats: undefined }));
  const decide: DeferSettings['decide'] = (name, message, details = {}) =>
    report(
      { name, at: clock.now(), path: '/v1/messages/batches', queue: settings.name, ...details, message },
      onDecision,
    );
  const refresh = async (): Promise<DeferStats> => {
    const stats = await store.stats();
    known.stats = stats;
    return stats;
  };
  return {
    async enqueue(customId, params, { signal } = {}) {
      const model = checkRequest(customId, params);
      signal?.throwIfAborted();
      const added = await store.enqueue({
        customId,
        params: JSON.stringify(params),
        enqueuedAt: clock.now(),
      });
      if (added)
        decide('deferred', 'It will be sent with a message batch.', { model: clean(model, MAX_LABEL) });
      await refresh();
      return added;
    },
    async work({ signal, stopWhenEmpty = false } = {}) {
      const worker = new DeferWorker(store, { ...settings, decide }, signal);
      while (!signal?.aborted) {
        const worked = await worker.step();
        const { backlog } = await refresh();
        if (worked) continue;
        if (stopWhenEmpty && backlog === 0) return;
        await clock.sleep(settings.pollMs, signal);
      }
    },
  };
}

/** @throws TypeError unless `params` are those of a request that can wait; else gives its model */
function checkRequest(customId: string, params: object): string {
  if (typeof customId !== 'string' || !/^[\w-]{1,64}$/.test(customId))
    throw wrong('customId', '1 to 64 letters, digits, `_` and `-`', customId);
  if (!isRecord(params)) throw wrong('params', 'the parameters of `messages.create`', params);
  const { model, stream } = params;
  if (typeof model !== 'string') throw wrong('params.model', 'the name of a model', model);
  if (stream === true)
    throw new TypeError(
      'anthropic-otel/resilience: a stream cannot be deferred, because nobody reads it; remove `stream`',
    );
  for (const field of ['tools', 'mcp_servers']) {
    const value = params[field];
    if (Array.isArray(value) && value.length > 0)
      throw new TypeError(
        `anthropic-otel/resilience: a request with \`${field}\` cannot be deferred, because tools need several turns; send it as a call`,
      );
  }
  return model;
}

function check(store: DeferStore, options: DeferOptions): void {
  const methods: Partial<DeferStore> = isRecord(store) ? store : {};
  for (const method of METHODS) {
    if (typeof methods[method] !== 'function') throw wrong(`store.${method}`, 'a function', methods[method]);
  }
  expectFields('options', options, [...Object.keys(DEFAULTS), 'client', 'onResult', 'onDecision', 'clock']);
  const { client, onResult, onDecision, name } = options;
  if (typeof client?.messages?.batches?.create !== 'function')
    throw wrong('options.client', 'a client of the SDK', client);
  if (onResult === undefined) throw wrong('options.onResult', 'a function', onResult);
  expectFunction('options.onResult', onResult);
  expectFunction('options.onDecision', onDecision);
  if (name !== undefined && typeof name !== 'string') throw wrong('options.name', 'a string', name);
  expectNumber('options.batchSize', options.batchSize, 1, 100_000);
  expectNumber('options.maxAttempts', options.maxAttempts, 1);
  for (const time of ['pollMs', 'backoffMs', 'maxBackoffMs'] as const)
    expectNumber(`options.${time}`, options[time], 1);
  const { pollMs, maxBackoffMs, leaseMs } = { ...DEFAULTS, ...options };
  expectNumber('options.leaseMs', leaseMs, Math.max(pollMs, maxBackoffMs) + 1);
}
