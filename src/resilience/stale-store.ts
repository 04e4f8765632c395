/** Where earlier responses are kept. */

/** A response that is kept. */
export interface StaleEntry {
  /** The JSON of the response. */
  readonly body: string;
  /** When it arrived, in Unix milliseconds. */
  readonly storedAt: number;
}

/** A store of responses. If a method throws or rejects, this counts as a miss. */
export interface StaleStore {
  get(key: string): StaleEntry | undefined | Promise<StaleEntry | undefined>;
  set(key: string, entry: StaleEntry): unknown;
}

/** Limits of a store in memory. */
export interface MemoryStoreOptions {
  /** The most entries. @default 1000 */
  readonly maxEntries?: number;
  /** The most characters of all bodies together. @default 10000000 */
  readonly maxSize?: number;
}

/** Creates a store in memory that drops the least recently used responses. */
export function memoryStore({
  maxEntries = 1_000,
  maxSize = 10_000_000,
}: MemoryStoreOptions = {}): StaleStore {
  const entries = new Map<string, StaleEntry>();
  let size = 0;
  const remove = (key: string): void => {
    size -= entries.get(key)?.body.length ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key, entry) {
      remove(key);
      if (entry.body.length > maxSize) return;
      entries.set(key, entry);
      size += entry.body.length;
      for (const oldest of entries.keys()) {
        if (size <= maxSize && entries.size <= maxEntries) break;
        remove(oldest);
      }
    },
  };
}
