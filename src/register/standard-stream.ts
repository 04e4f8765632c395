/**
 * Writes lines to a standard stream of the process. They go through the stream itself, like `console.error`: in order with what
 * the application writes, to wherever it has sent the stream, and as late at exit as its own.
 *
 * A stream whose reader is gone says so by an 'error' event, which ends a process that does not listen, and is news to one that does.
 * An error that only lines of ours have met is therefore taken out of the stream's events, that one error object and no other:
 * a listener of ours would change what the application's own writes come to.
 */

/** The names of the standard streams. */
export type StandardStream = 'stdout' | 'stderr';

/** A reader that has stopped reading must not cost the application its memory. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** Standard streams that nobody will read again. */
const closed = new Set<NodeJS.WriteStream>();

/** Bytes of ours that are on their way. More than these in a stream is the application's. */
const underWay = { stdout: 0, stderr: 0 };

/** Writes `line` to the standard stream `name`. What goes wrong is told to `onError`, and to nobody else. */
export function writeLine(name: StandardStream, line: string, onError: (problem: unknown) => void): void {
  try {
    const stream = process[name];
    // While an error of the application's own is on its way, a line could only get into it.
    if (closed.has(stream) || stream.errored) return;
    if (stream.writableLength > MAX_QUEUED_BYTES) {
      onError(new Error(`nobody reads ${name}`));
      return;
    }
    const text = `${line}\n`;
    const bytes = Buffer.byteLength(text);
    const first = stream.writableLength <= underWay[name];
    underWay[name] += bytes;
    stream.write(text, (problem) => {
      underWay[name] -= bytes;
      if (!problem) return;
      // The stream tells of an error once for all that it could not write. The application hears of its own part.
      if (first && stream.writableLength <= underWay[name]) hide(stream, problem);
      if ((problem as NodeJS.ErrnoException).code === 'EPIPE') closed.add(stream);
      onError(problem);
    });
  } catch (problem) {
    onError(problem);
  }
}

/** Takes the 'error' event about `problem` out, which the stream emits before it is back in the event loop. */
function hide(stream: NodeJS.WriteStream, problem: unknown): void {
  const given = Object.getOwnPropertyDescriptor(stream, 'emit');
  const { emit } = stream;
  const hiding = function (this: unknown, ...event: unknown[]): boolean {
    if (event[0] === 'error' && event[1] === problem) return true;
    return Reflect.apply(emit, this, event);
  };
  stream.emit = hiding;
  setImmediate(() => {
    if (stream.emit !== hiding) return;
    if (given) Object.defineProperty(stream, 'emit', given);
    else Reflect.deleteProperty(stream, 'emit');
  });
}
