/** The process that owns the port. It serves its own metrics and those of all other processes. */
import { utimesSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { mergePages, type Page } from './merge.ts';
import { sweep } from './private-path.ts';
import { Remote } from './remote.ts';
import { Slots } from './slots.ts';

/** What the owner serves, beside what the other processes report. */
export interface OwnerOptions {
  /** Where the others connect, in a folder that is there. `undefined`: nowhere. */
  path(): string | undefined;
  /** Whether this process uses the SDK. */
  readonly used: boolean;
  /** The slot that it has had, under another owner. */
  readonly slot: number | undefined;
  collect(): Promise<string>;
  /** The metrics of a process are missing on a page. */
  onMissed(): void;
}

/** How long the processes of an owner that ended have, to come back to the slots that they had, in milliseconds. */
const SETTLE = 250;

export class Owner {
  readonly #options: OwnerOptions;
  #server: Server | undefined;
  #path: string | undefined;
  readonly #slots = new Slots();
  readonly #remotes = new Set<Remote>();
  /** Those that use the SDK and have had no slot yet, while those that had one come back to it. */
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

  /** To be made by the process that has the port, at once: a process that finds the port taken looks for `path` then. */
  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#open();
    if (options.used) this.use(options.slot);
  }

  /** This process uses the SDK now. */
  use(slot?: number): void {
    if (this.#used) return;
    this.#used = true;
    this.#give(slot, (given) => {
      this.#slot = given;
    });
  }

  /** The metrics of every process that uses the SDK; while none does, those of this one. */
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
      // What cannot be removed cannot be replaced either, which is an error of the server.
    }
    // `exclusive`: the worker of a cluster would listen through its primary otherwise.
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
