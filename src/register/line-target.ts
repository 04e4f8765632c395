/** Where the log lines of `register` go, and how a winston logger gets them there. */
import Transport from 'winston-transport';
import { LineWriter } from './line-writer.ts';
import { LogFile } from './log-file.ts';
import type { LogTarget } from './settings.ts';
import { type Lines, standardStream } from './standard-stream.ts';

/** Where winston keeps the finished line of a record. */
const MESSAGE = Symbol.for('message');

/** The lines of `target`. `onLost` is called for each line that is lost. */
export function openTarget(target: LogTarget, onLost: (problem: unknown) => void): Lines | undefined {
  if (target === 'none') return undefined;
  if (typeof target === 'string') return standardStream(target, onLost);
  const writer = new LineWriter(new LogFile(target.file), onLost);
  return { writer, write: (line) => writer.write(line) };
}

/** A winston transport that writes each record as a line. */
export class LineTransport extends Transport {
  readonly #lines: Lines;

  constructor(lines: Lines) {
    super();
    this.#lines = lines;
  }

  override log(info: Record<PropertyKey, unknown>, done: () => void): void {
    this.#lines.write(String(info[MESSAGE]));
    done();
  }
}
