/**
 * Observes a web stream as it is read. The stream stays the same object, with its own queue: nothing is teed, copied
 * or read ahead, and a piece is looked at when the reader has asked for it. Its readers and iterators are its own, with
 * `read`, `next`, `cancel` and `return` hidden behind functions that pass everything through.
 */
import { type BodyObserver, override } from './body-observer.ts';

type Body = ReadableStream<Uint8Array>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;
type ReadResult = { readonly done: boolean; readonly value?: Uint8Array | undefined };

/** Observes `body`. */
export function observeWebBody(body: Body, observer: BodyObserver): void {
  const { getReader, cancel, values, tee, pipeTo, pipeThrough } = body;
  const observedReader = (...args: []): Reader => {
    const reader = getReader.apply(body, args) as Reader;
    observeMethods(reader, 'read', 'cancel', observer);
    return reader;
  };
  override(body, 'getReader', observedReader);
  override(body, 'cancel', (reason?: unknown) => {
    if (!body.locked) observer.closed();
    return cancel.call(body, reason);
  });
  const observedValues = (...args: []): AsyncIterator<Uint8Array> => {
    const iterator = values.apply(body, args);
    observeMethods(iterator, 'next', 'return', observer);
    return iterator;
  };
  override(body, 'values', observedValues);
  override(body, Symbol.asyncIterator, observedValues);
  // These read inside the platform, where nothing can be seen: they get a stream that reads from an observed reader.
  override(body, 'tee', () => (body.locked ? tee.call(body) : passThrough(observedReader()).tee()));
  override(body, 'pipeTo', (...args: Parameters<Body['pipeTo']>) =>
    body.locked ? pipeTo.apply(body, args) : passThrough(observedReader()).pipeTo(...args),
  );
  override(body, 'pipeThrough', (...args: Parameters<Body['pipeThrough']>) =>
    body.locked ? pipeThrough.apply(body, args) : passThrough(observedReader()).pipeThrough(...args),
  );
}

/** Hides the method of `source` that reads a piece, and the one that gives up. */
function observeMethods(source: object, read: string, close: string, observer: BodyObserver): void {
  const methods = source as Record<string, ((...args: unknown[]) => Promise<ReadResult>) | undefined>;
  const readPiece = methods[read];
  const giveUp = methods[close];
  override(source, read, async (...args: unknown[]) => {
    let result: ReadResult;
    try {
      result = (await readPiece?.apply(source, args)) as ReadResult;
    } catch (error) {
      observer.failed(error);
      throw error;
    }
    if (result.done) observer.completed();
    else if (result.value) observer.piece(result.value);
    return result;
  });
  if (!giveUp) return;
  override(source, close, (...args: unknown[]) => {
    observer.closed();
    return giveUp.apply(source, args);
  });
}

/** A stream of what `reader` reads, one piece at a time and none ahead of demand. */
function passThrough(reader: Reader): Body {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
