/**
 * Writes lines to a file descriptor immediately, without blocking the process or keeping it alive. Lines that it does not accept now
 * are queued, up to a few megabytes, and retried by an unreferenced timer.
 *
 * A stream cannot do this, because a pending write keeps the process alive until it is read.
 */
import { writeSync } from 'node:fs';

/** The destination of lines. */
export interface Sink {
  /** The name in messages. */
  readonly name: string;
  /**
   * The descriptor to write to, or `undefined` if it is not available now.
   *
   * @throws Error if it cannot be opened
   */
  open(): number | undefined;
}

/** Limits the memory that lines use if their reader stops reading. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** The interval between retries, in milliseconds. */
const RETRY_INTERVAL = 20;
/** The time without progress after which `drain` gives up, in milliseconds. A reader on a busy machine pauses, but not for so long. */
const PATIENCE = 1000;

/** A queue of lines in front of a `Sink`. */
export class LineWriter {
  readonly #sink: Sink;
  readonly #onLost: (problem: unknown) => void;
  #queue: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the first item of the queue is the rest of a line. */
  #inLine = false;
  /** Whether a line was written partly and its end was lost. */
  #torn = false;

  /** `onLost` is called for each lost line. */
  constructor(sink: Sink, onLost: (problem: unknown) => void) {
    this.#sink = sink;
    this.#onLost = onLost;
  }

  /** Whether lines are pending. */
  get waiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Writes `line`, or queues it until it can be written. */
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

  /** Writes as many lines as possible now. Returns whether any were written. */
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

  /** Writes the pending lines, and waits up to `deadline` milliseconds for a slow reader. The rest is lost. */
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

  /** Drops the pending lines. */
  drop(): void {
    while (this.waiting) this.#lose(new Error(`${this.#sink.name} is not being read`));
    this.flush();
  }

  /** Returns whether the first line is done, that is, written or lost. */
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
