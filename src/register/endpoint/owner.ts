/** The process that owns the port. It serves its own metrics and those of all other processes. */
import { utimesSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { mergePages, type Page } from './merge.ts';
import { sweep } from './private-path.ts';
import { Remote } from './remote.ts';
import { Slots } from './slots.ts';

/** The owner's own state, in addition to the reports of the other processes. */
export interface OwnerOptions {
  /** The path of the socket to which the others connect, in an existing folder. `undefined` if there is none. */
  path(): string | undefined;
  /** Whether this process uses the SDK. */
  readonly used: boolean;
  /** The slot of this process under the previous owner. */
  readonly slot: number | undefined;
  collect(): Promise<string>;
  /** Called when a process's metrics are missing on a page. */
  onMissed(): void;
}

/** How long the processes of an ended owner can reclaim their previous slots, in milliseconds. */
const SETTLE = 250;

export class Owner {
  readonly #options: OwnerOptions;
  #server: Server | undefined;
  #path: string | undefined;
  readonly #slots = new Slots();
  readonly #remotes = new Set<Remote>();
  /** Processes that use the SDK and have no slot yet. They wait while others reclaim their slots. */
  readonly #waiting: Array<() => void> = [];
  #isSettled = false;
  readonly #gathered: Promise<void> = new Promise((resolve) => {
    setTimeout(() => {
      this.#isSettled = true;
      for (const give of this.#waiting.splice(0)) give();
      resolve();
    }, SETTLE).unref();
  });
  #used = false;
  #slot: number | undefined;

  /** Must be created by the process that gets the port, immediately, because a process that finds the port in use then looks for `path`. */
  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#open();
    if (options.used) this.use(options.slot);
  }

  /** Marks this process as one that uses the SDK from now on. */
  use(slot?: number): void {
    if (this.#used) return;
    this.#used = true;
    this.#give(slot, (given) => {
      this.#slot = given;
    });
  }

  /** The metrics of every process that uses the SDK or, if there is none, of this one. */
  async page(): Promise<string> {
    await this.#gathered;
    this.#keepPath();
    const wanted: Array<Promise<Page>> = [];
    for (const remote of this.#remotes) {
      if (remote.slot !== undefined) wanted.push(this.#page(remote.slot, remote.page()));
    }
    if (this.#slot !== undefined || wanted.length === 0) {
      wanted.push(this.#page(this.#slot ?? 0, this.#options.collect()));
    }
    const pages = await Promise.all(wanted);
    return mergePages(pages.sort((a, b) => a.slot - b.slot));
  }

  close(): void {
    this.#server?.close();
    for (const remote of this.#remotes) remote.close();
  }

  /** Accepts connections from the other processes. Without it, they have no endpoint and report that. */
  #open(): void {
    const path = this.#options.path();
    this.#path = path;
    if (path === undefined) return;
    const server = createServer((socket) => {
      const used = (remote: Remote, slot: unknown): void => this.#assign(remote, slot);
      this.#remotes.add(new Remote(socket, { used, ended: (remote) => this.#forget(remote) }));
    });
    server.on('error', () => {});
    try {
      sweep(path);
    } catch {
      // A file that cannot be removed cannot be replaced either, which the server reports as an error.
    }
    // `exclusive`: otherwise, the worker of a cluster would listen through its primary.
    this.#server = server.listen({ path, exclusive: true }).unref();
  }

  /** Marks the path as in use, and recreates it if a cleanup program removed it. */
  #keepPath(): void {
    if (this.#path === undefined || process.platform === 'win32') return;
    const now = new Date();
    try {
      utimesSync(this.#path, now, now);
    } catch {
      this.#server?.close();
      this.#open();
    }
  }

  #assign(remote: Remote, wish: unknown): void {
    if (remote.slot === undefined) {
      this.#give(wish, (slot) => {
        if (this.#remotes.has(remote)) remote.assign(slot);
        else this.#slots.free(slot);
      });
    }
  }

  #give(wish: unknown, take: (slot: number) => void): void {
    if (!this.#isSettled && wish === undefined) this.#waiting.push(() => take(this.#slots.take()));
    else take(this.#slots.take(wish));
  }

  #forget(remote: Remote): void {
    this.#remotes.delete(remote);
    if (remote.slot !== undefined) this.#slots.free(remote.slot);
  }

  async #page(slot: number, text: Promise<string | undefined>): Promise<Page> {
    const page = await text.catch(() => undefined);
    if (page === undefined) this.#options.onMissed();
    return { slot, text: page ?? '' };
  }
}
