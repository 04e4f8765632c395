/** A member, as the owner of the endpoint sees it. */
import type { Socket } from 'node:net';
import { receive, send, type ToOwner } from './messages.ts';

/** What the owner wants to know of it. */
export interface RemoteListener {
  /** It uses the SDK, and would like this slot. */
  used(remote: Remote, slot: unknown): void;
  ended(remote: Remote): void;
}

/** How long a process may take to respond, in milliseconds. Prometheus waits for ten seconds. */
const DEADLINE = 1000;
/** The largest page of a process, in bytes. With every limit reached it is a tenth of this. */
const MAX_PAGE = 16 * 1024 * 1024;

export class Remote {
  /** What its series are labeled with; `undefined` while it does not use the SDK. */
  slot: number | undefined;
  readonly #socket: Socket;
  /** Whether it was asked, and has not responded yet. */
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

  /** Gives it a slot. */
  assign(slot: number): void {
    this.slot = slot;
    send(this.#socket, { slot });
  }

  /** Its page, empty when it ended. `undefined`: it did not respond. One that still owes a response is not asked again. */
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
