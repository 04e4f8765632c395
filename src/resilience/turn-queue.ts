/** A queue in which every tenant has its turn, whatever the others send. */
import type { Clock } from './clock.ts';

/** How a wait ended: it has its turn, it waited too long, or its call has ended. */
export type WaitEnd = 'turn' | 'timeout' | 'ended';

/** How to wait. */
export interface WaitOptions {
  readonly clock: Clock;
  /** Calls of one tenant are served in order, and tenants in turn. */
  readonly tenant: string;
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly since: number;
  readonly end: (how: WaitEnd) => void;
}

/** Who waits, tenant by tenant. */
export class TurnQueue {
  /** In the order of their turns. */
  readonly #tenants = new Map<string, Waiter[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Since when the one waits who has waited longest, in Unix milliseconds. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const [first] of this.#tenants.values()) {
      if (first && (oldest === undefined || first.since < oldest)) oldest = first.since;
    }
    return oldest;
  }

  /** Waits for a turn. */
  wait({ clock, tenant, maxWaitMs, signal }: WaitOptions): Promise<WaitEnd> {
    if (signal?.aborted) return Promise.resolve('ended');
    return new Promise((resolve) => {
      const end = (how: WaitEnd): void => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
        this.#leave(tenant, waiter);
        resolve(how);
      };
      const waiter: Waiter = { since: clock.now(), end };
      const onAbort = (): void => end('ended');
      const cancel = Number.isFinite(maxWaitMs)
        ? clock.setTimer(maxWaitMs, () => end('timeout'))
        : (): void => {};
      signal?.addEventListener('abort', onAbort, { once: true });
      const waiters = this.#tenants.get(tenant) ?? [];
      waiters.push(waiter);
      this.#tenants.set(tenant, waiters);
      this.#size += 1;
    });
  }

  /** Gives the next turn. Returns whether it was taken. */
  grant(): boolean {
    const [next] = this.#tenants;
    if (!next) return false;
    const [tenant, waiters] = next;
    // To the end of the line: the others come first now.
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, waiters);
    waiters[0]?.end('turn');
    return true;
  }

  #leave(tenant: string, waiter: Waiter): void {
    const waiters = this.#tenants.get(tenant);
    const index = waiters?.indexOf(waiter) ?? -1;
    if (!waiters || index === -1) return;
    waiters.splice(index, 1);
    this.#size -= 1;
    if (waiters.length === 0) this.#tenants.delete(tenant);
  }
}
