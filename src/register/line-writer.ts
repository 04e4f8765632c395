/**
 * Writes lines to a file descriptor at once, without making the process wait or stay. What it does not take now is kept, up to some
 * megabytes, and tried again by a timer that keeps nothing alive.
 *
 * A stream cannot do this: a pending write keeps the process until it is read.
 */
import { writeSync } from 'node:fs';

/** Where lines go. */
export interface Sink {
  /** For messages. */
  readonly name: string;
  /** The descriptor to write to. `undefined`: not now. @throws Error when it cannot be had */
  open(): number | undefined;
}

/** A reader that has stopped reading must not cost the application its memory. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** Milliseconds between attempts. */
const RETRY_INTERVAL = 20;
/** Milliseconds without any progress after which `drain` gives up: a reader on a busy machine pauses, but not for so long. */
const PATIENCE = 1000;

/** A queue of lines in front of a `Sink`. */
export class LineWriter {
  readonly #sink: Sink;
  readonly #onLost: (problem: unknown) => void;
  #queue: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the first of the queue is the rest of a line. */
  #inLine = false;
  /** Whether a line was written in part and then lost its end. */
  #torn = false;

  /** `onLost` is called for each line that is lost. */
  constructor(sink: Sink, onLost: (problem: unknown) => void) {
    this.#sink = sink;
    this.#onLost = onLost;
  }

  /** Whether lines wait. */
  get waiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Writes `line`, or keeps it until it can be written. */
  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#bytes + bytes.length > MAX_QUEUED_BYTES) {
      this.#onLost(new Error(`${this.#sink.name} is not being read`));
      return;
    }
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    this.flush();
  }

  /** Writes what can be written now. Returns whether anything was. */
  flush(): boolean {
    const before = this.#bytes;
    while (this.#queue.length > 0 && this.#writeFirst()) {}
    if (this.#queue.length > 0) {
      this.#timer ??= setInterval(() => this.flush(), RETRY_INTERVAL).unref();
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    return this.#bytes < before;
  }

  /** Writes the rest, and waits for a reader that is slow, `deadline` milliseconds at most. What is left is lost. */
  drain(deadline: number): void {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + deadline;
    for (let idle = 0; this.waiting && idle < PATIENCE && performance.now() < end; ) {
      if (this.flush()) idle = 0;
      else {
        Atomics.wait(clock, 0, 0, 5);
        idle += 5;
      }
    }
    this.drop();
  }

  /** Gives up the lines that wait. */
  drop(): void {
    while (this.waiting) this.#lose(new Error(`${this.#sink.name} is not being read`));
    this.flush();
  }

  /** Returns whether the first line is out of the way, written or lost. */
  #writeFirst(): boolean {
    const [first] = this.#queue;
    if (!first) return false;
    try {
      const descriptor = this.#sink.open();
      if (descriptor === undefined) return false;
      if (this.#torn && writeSync(descriptor, '\n') > 0) this.#torn = false;
      const written = writeSync(descriptor, first);
      this.#bytes -= written;
      this.#inLine = written < first.length;
      if (this.#inLine) this.#queue[0] = first.subarray(written);
      else this.#queue.shift();
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      this.#lose(problem);
    }
    return true;
  }

  #lose(problem: unknown): void {
    this.#bytes -= this.#queue.shift()?.length ?? 0;
    this.#torn ||= this.#inLine;
    this.#inLine = false;
    this.#onLost(problem);
  }
}
