/**
 * Standard streams of the process, for lines. A pipe is written to past its stream: a line in the stream's queue would keep the process
 * until it is read, and a reader that has gone would be an 'error' event in the application. Where the
 * application's own writes are under way, lines wait behind them. Files and terminals are written to by the stream itself,
 * which does so at once, and so is a stream that the application has put in its place.
 */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { LineWriter, type Sink } from './line-writer.ts';

/** The names of the standard streams. */
export type StandardStream = 'stdout' | 'stderr';

/** Writes lines, and never fails. */
export interface Lines {
  write(line: string): void;
  readonly writer: LineWriter | undefined;
}

/** Lines to the standard stream `name`. `onLost` is called for each line that is lost. */
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

/** Whether `stream` is a pipe that Node itself writes to. On Windows they are made at once. */
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
    // What waits in the stream is the application's, and may be the rest of a line.
    return stream.writableLength > 0 ? undefined : stream.fd;
  }
}
