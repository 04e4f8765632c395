/**
 * Writes lines to the standard streams of the process. For a pipe, lines bypass the stream: a line in the stream's queue would keep
 * the process alive until it is read, and a closed reader would cause an 'error' event in the application. While the application's
 * own writes are pending, lines wait until these are done. Files and terminals are written through the stream, which writes
 * synchronously. A stream that the application put in place of the original is also written through.
 */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { LineWriter, type Sink } from './line-writer.ts';

/** The names of the standard streams. */
export type StandardStream = 'stdout' | 'stderr';

/** Writes lines. It never fails. */
export interface Lines {
  write(line: string): void;
  readonly writer: LineWriter | undefined;
}

/** Opens the standard stream `name` for lines. `onLost` is called for each lost line. */
export function standardStream(name: StandardStream, onLost: (problem: unknown) => void): Lines {
  const writer = new LineWriter(new Pipe(name), onLost);
  return {
    writer,
    write(line) {
      try {
        if (writer.waiting || isPipe(process[name])) writer.write(line);
        else process[name].write(`${line}\n`);
      } catch (problem) {
        onLost(problem);
      }
    },
  };
}

/** Whether `stream` is a pipe that Node itself writes to. On Windows, writes to pipes are synchronous. */
function isPipe(stream: NodeJS.WriteStream): boolean {
  return (
    isMainThread &&
    process.platform !== 'win32' &&
    stream instanceof Socket &&
    !stream.isTTY &&
    typeof (stream as { fd?: unknown }).fd === 'number' &&
    !Object.hasOwn(stream, 'write')
  );
}

class Pipe implements Sink {
  readonly name: StandardStream;

  constructor(name: StandardStream) {
    this.name = name;
  }

  open(): number | undefined {
    const stream = process[this.name] as NodeJS.WriteStream & { fd: number };
    if (stream.writableEnded || stream.errored) throw new Error(`${this.name} has ended`);
    // Pending data in the stream belongs to the application, and may be the rest of a line.
    return stream.writableLength > 0 ? undefined : stream.fd;
  }
}
