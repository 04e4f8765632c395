/** A file for log lines. */
import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sink } from './line-writer.ts';

const { O_WRONLY, O_CREAT, O_APPEND } = constants;
/** A named pipe without a reader must not hold the process up. Windows has neither. */
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;
/** How often the file is looked for, in milliseconds: it may have been rotated away, or its folder made. */
const LOOK_INTERVAL = 1000;

/** The file at `path`. It is appended to, so that several processes can share it, and opened anew when it was renamed or deleted. */
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
