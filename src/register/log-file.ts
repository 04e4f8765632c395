/** A file for log lines. */
import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sink } from './line-writer.ts';

const { O_WRONLY, O_CREAT, O_APPEND } = constants;
/** Opening a named pipe without a reader must not block the process. Windows has neither the flag nor such pipes. */
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;
/** The interval between checks of the file, in milliseconds: it may have been rotated, or its folder created. */
const LOOK_INTERVAL = 1000;

/**
 * The file at `path`. Lines are appended, so that several processes can share the file, and it is reopened after it was renamed or
 * deleted.
 */
export class LogFile implements Sink {
  readonly name: string;
  #descriptor: number | undefined;
  #problem: unknown;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.name = path;
  }

  open(): number {
    const now = performance.now();
    if (now - this.#looked >= LOOK_INTERVAL) {
      this.#looked = now;
      if (this.#descriptor === undefined || this.#isGone(this.#descriptor)) this.#reopen();
    }
    if (this.#descriptor === undefined) throw this.#problem;
    return this.#descriptor;
  }

  #isGone(descriptor: number): boolean {
    const there = statSync(this.name, { throwIfNoEntry: false });
    const open = fstatSync(descriptor);
    return there?.ino !== open.ino || there.dev !== open.dev;
  }

  #reopen(): void {
    try {
      mkdirSync(dirname(this.name), { recursive: true });
      const descriptor = openSync(this.name, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0o666);
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch (problem) {
      this.#problem = problem;
    }
  }
}
