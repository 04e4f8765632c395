/** A member, as the owner of the endpoint sees it. */
import type { Socket } from 'node:net';
import { receive, send, type ToOwner } from './messages.ts';

/** The events that a member sends to the owner. */
export interface RemoteListener {
  /** The member uses the SDK, and requests this slot. */
  used(remote: Remote, slot: unknown): void;
  ended(remote: Remote): void;
}

/** How long a process may take to respond, in milliseconds. Prometheus waits for ten seconds. */
const DEADLINE = 1000;
/** The maximum size of a process's page, in bytes. A page that reaches every limit has a tenth of this. */
const MAX_PAGE = 16 * 1024 * 1024;

export class Remote {
  /** The label of the member's series, or `undefined` while it does not use the SDK. */
  slot: number | undefined;
  readonly #socket: Socket;
  /** Whether a request to the member is pending. */
  #owes = false;
  #onPage: (page: string | undefined) => void = () => {};

  constructor(socket: Socket, listener: RemoteListener) {
    this.#socket = socket.unref();
    receive<ToOwner>(socket, MAX_PAGE, ({ used, slot, page }) => {
      if (used === true) listener.used(this, slot);
      if (page === undefined) return;
      if (!this.#owes) throw new Error('metrics without a request');
      this.#owes = false;
      this.#onPage(typeof page === 'string' ? page : undefined);
    });
    socket.once('close', () => {
      this.#onPage('');
      listener.ended(this);
    });
  }

  /** Assigns a slot to the member. */
  assign(slot: number): void {
    this.slot = slot;
    send(this.#socket, { slot });
  }

  /** The page of the member, or an empty one if it ended. `undefined` if it did not respond. No request is sent while one is pending. */
  page(): Promise<string | undefined> {
    if (this.#owes) return Promise.resolve(undefined);
    this.#owes = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), DEADLINE).unref();
      this.#onPage = (page) => {
        clearTimeout(timer);
        resolve(page);
      };
      send(this.#socket, { collect: true });
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
