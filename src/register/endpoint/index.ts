/**
 * The Prometheus endpoint of `register`, one for all processes and threads of a service on a machine. One of them owns the port and serves all.
 *
 * Every process that registers uses this code, including those that only start others (`npm`, `nodemon`, the primary of a cluster). A process that
 * uses the Claude SDK requests the port at once. Other processes request it some seconds later, so that Prometheus can scrape a service
 * before its first call. The page contains the processes that use the SDK or, while none does, the owner.
 */
import type { Server } from 'node:http';
import { joinOwner, type Member } from './member.ts';
import { Owner } from './owner.ts';
import { createPageServer } from './page-server.ts';
import { type Group, privatePath } from './private-path.ts';

/** How to open the endpoint. Processes with another host, port, service or user have another endpoint. */
export interface EndpointOptions extends Group {
  /** The metrics of this process, in the text format of Prometheus. */
  collect(): Promise<string>;
  /** Called once if this process has no endpoint. The process continues to try if that may help. */
  onProblem(problem: unknown): void;
  /** Called when a process's metrics are missing on a page. */
  onMissed(): void;
}

/** This process's part of the endpoint. */
export interface Endpoint {
  /** Marks this process as one that uses the Claude SDK: it belongs on the page. */
  use(): void;
  /** Whether this process owns the port. */
  owned(): boolean;
  close(): void;
}

/** The delay after which a process that does not use the SDK requests the port, in milliseconds. */
const IDLE_DELAY = 5000;
/** The first delay before a retry, and the maximum one, in milliseconds. */
const FIRST_RETRY = 50;
const MAX_RETRY = 5000;
/** Consecutive attempts that find neither the port nor an owner, before that is reported: about a second, in which an owner may start or end. */
const REPORTED_AFTER = 4;

/** Opens the endpoint. It never throws and keeps no process alive. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  return new SharedEndpoint(options);
}

class SharedEndpoint implements Endpoint {
  readonly #options: EndpointOptions;
  #timer: NodeJS.Timeout;
  #used = false;
  /** Whether this process has requested the port. */
  #asked = false;
  #closed = false;
  #reported = false;
  #failures = 0;
  #slot: number | undefined;
  #server: Server | undefined;
  #owner: Owner | undefined;
  #member: Member | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#ask(), IDLE_DELAY).unref();
  }

  use(): void {
    if (this.#used) return;
    this.#used = true;
    this.#owner?.use();
    this.#member?.use();
    if (!this.#asked) this.#ask();
  }

  owned(): boolean {
    return this.#owner !== undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#member?.close();
    // The owner's socket is closed first, because the next process that gets the port recreates it.
    this.#owner?.close();
    this.#server?.close();
    this.#owner = undefined;
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#asked = true;
    const { host, port, collect, onMissed } = this.#options;
    try {
      const server = createPageServer(async () => (await this.#owner?.page()) ?? '');
      this.#server = server;
      server.once('error', (problem: NodeJS.ErrnoException) => {
        if (problem.code === 'EADDRINUSE') this.#join(problem);
        else this.#report(problem);
      });
      // Node emits this before anything else happens in this process, so that there is no time in which the port has an owner that others do
      // not find.
      server.once('listening', () => {
        const path = (): string | undefined => privatePath(this.#options);
        this.#owner = new Owner({ path, used: this.#used, slot: this.#slot, collect, onMissed });
      });
      // `exclusive`: the worker of a cluster would share the port through its primary, which would notify the application.
      server.listen({ host, port, exclusive: true }).unref();
    } catch (problem) {
      this.#report(problem);
    }
  }

  /** The port is in use by another process of this endpoint, or by another program. */
  #join(taken: Error): void {
    if (this.#closed) return;
    const path = privatePath(this.#options);
    if (path === undefined) {
      this.#report(new Error(`${taken.message}, and no folder for temporary files is private`));
      this.#retry();
      return;
    }
    this.#member = joinOwner(path, {
      used: this.#used,
      slot: this.#slot,
      collect: this.#options.collect,
      onSlot: (slot) => {
        this.#slot = slot;
        this.#failures = 0;
      },
      onEnd: (joined) => {
        this.#member = undefined;
        if (this.#closed) return;
        if (!joined && this.#failures + 1 >= REPORTED_AFTER) this.#report(taken);
        this.#retry();
      },
    });
  }

  /** Retries after a random delay, because the owner may have ended or be about to end, and processes should not retry at the same time. */
  #retry(): void {
    const delay = Math.min(FIRST_RETRY * 4 ** this.#failures++, MAX_RETRY) * (0.5 + Math.random());
    this.#timer = setTimeout(() => this.#ask(), delay).unref();
  }

  #report(problem: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#options.onProblem(problem);
  }
}
