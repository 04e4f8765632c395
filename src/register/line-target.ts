/** The destination of `register`'s log lines, and the winston transport that writes them. */
import Transport from 'winston-transport';
import { LineWriter } from './line-writer.ts';
import { LogFile } from './log-file.ts';
import type { LogTarget } from './settings.ts';
import { type Lines, standardStream } from './standard-stream.ts';

/** The key under which winston keeps the formatted line of a record. */
const MESSAGE = Symbol.for('message');

/** Opens `target` for lines. `onLost` is called for each lost line. */
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
