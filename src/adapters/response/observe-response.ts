/** Observes how a response is read, whichever method reads it. */
import type { EventEmitter } from 'node:events';
import { isErrored } from 'node:stream';
import { isAbortError } from '../middleware/errors.ts';

/**
 * Receives the events of reading a body. After the first `completed`, `failed` or `closed`, later events are ignored. The observer
 * must not throw.
 */
export interface BodyObserver {
  /** A piece of the body was read. */
  piece(bytes: Uint8Array | string): void;
  /** The whole body was read as JSON. */
  json(value: unknown): void;
  /** The whole body was read as text. */
  text(value: string): void;
  /** The whole body was read as bytes. */
  bytes?(value: Uint8Array): void;
  /** The body was read to its end. */
  completed(): void;
  /** Reading failed. */
  failed(error: unknown): void;
  /** The reader stopped before the end of the body. */
  closed(): void;
  /** Returns an observer for a copy of the response that the application makes. Without this method, copies are not observed. */
  cloned?(): BodyObserver;
}

/** Methods that read the whole body. */
const WHOLE = ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** The events of reading a whole body. */
type WholeObserver = Pick<BodyObserver, 'json' | 'text' | 'bytes' | 'completed' | 'failed'>;

/** Observes the reading of `response` in place. */
export function observeResponse(response: Response, observer: BodyObserver): void {
  let whole = false;
  observeWhole(response, observer, () => {
    whole = true;
  });
  // The platform may read a whole body piece by piece. The event of the whole body has more information.
  const pieces: BodyObserver = {
    piece: (bytes) => void (whole || observer.piece(bytes)),
    json: () => {},
    text: () => {},
    completed: () => void (whole || observer.completed()),
    failed: (error) => void (whole || observer.failed(error)),
    closed: () => void (whole || observer.closed()),
  };
  observeBody(response.body, pieces);
  const { clone } = response;
  if (typeof clone !== 'function') return;
  override(response, 'clone', () => {
    // The platform splits the body with its original `tee`, and gives the response one half as its new body.
    if (response.body) Reflect.deleteProperty(response.body, 'tee');
    const copy = clone.call(response);
    observeBody(response.body, pieces);
    if (observer.cloned) observeResponse(copy, observer.cloned());
    return copy;
  });
}

function observeWhole(response: Response, observer: WholeObserver, onStart?: () => void): void {
  const methods = response as unknown as Record<
    string,
    ((...args: unknown[]) => Promise<unknown>) | undefined
  >;
  for (const name of WHOLE) {
    const read = methods[name];
    if (typeof read !== 'function') continue;
    override(response, name, async (...args: unknown[]) => {
      onStart?.();
      let value: unknown;
      try {
        value = await read.apply(response, args);
      } catch (error) {
        observer.failed(error);
        throw error;
      }
      if (name === 'json') observer.json(value);
      else if (name === 'text') observer.text(value as string);
      else if (value instanceof ArrayBuffer) observer.bytes?.(new Uint8Array(value));
      else if (value instanceof Uint8Array) observer.bytes?.(value);
      observer.completed();
      return value;
    });
  }
}

/** Observes the reading of `body`, a web or Node stream. */
function observeBody(body: unknown, observer: BodyObserver): void {
  if (typeof body !== 'object' || body === null) return;
  if (typeof (body as ReadableStream).getReader === 'function') {
    observeWebBody(body as ReadableStream<Uint8Array>, observer);
  } else if (typeof (body as EventEmitter).emit === 'function') {
    observeNodeBody(body as EventEmitter, observer);
  }
}

type Body = ReadableStream<Uint8Array>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;
type ReadResult = { readonly done: boolean; readonly value?: Uint8Array | undefined };

/**
 * Observes a web stream while it is read. The stream stays the same object, with its own queue. Nothing is teed, copied or read
 * ahead, and a piece is inspected only after the reader asked for it. The stream's readers and iterators stay the originals, with
 * `read`, `next`, `cancel` and `return` wrapped by functions that pass everything through.
 */
function observeWebBody(body: Body, observer: BodyObserver): void {
  const { getReader, cancel, values, tee, pipeTo, pipeThrough } = body;
  const observedReader = (...args: []): Reader => {
    const reader = getReader.apply(body, args) as Reader;
    observeMethods(body, reader, 'read', 'cancel', observer);
    return reader;
  };
  override(body, 'getReader', observedReader);
  override(body, 'cancel', (reason?: unknown) =>
    body.locked ? cancel.call(body, reason) : giveUp(body, observer, () => cancel.call(body, reason)),
  );
  const observedValues = (...args: []): AsyncIterator<Uint8Array> => {
    const iterator = values.apply(body, args);
    observeMethods(body, iterator, 'next', 'return', observer);
    return iterator;
  };
  override(body, 'values', observedValues);
  override(body, Symbol.asyncIterator, observedValues);
  // These methods read inside the platform, where reads cannot be observed. They get a stream that reads from an observed reader.
  override(body, 'tee', () => (body.locked ? tee.call(body) : passThrough(observedReader()).tee()));
  override(body, 'pipeTo', (...args: Parameters<Body['pipeTo']>) =>
    body.locked ? pipeTo.apply(body, args) : passThrough(observedReader()).pipeTo(...args),
  );
  override(body, 'pipeThrough', (...args: Parameters<Body['pipeThrough']>) =>
    body.locked ? pipeThrough.apply(body, args) : passThrough(observedReader()).pipeThrough(...args),
  );
}

/** Wraps the method of `source` that reads a piece of `body`, and the method that stops reading. */
function observeMethods(
  body: Body,
  source: object,
  read: string,
  close: string,
  observer: BodyObserver,
): void {
  const methods = source as Record<string, ((...args: unknown[]) => Promise<ReadResult>) | undefined>;
  const readPiece = methods[read];
  const closeSource = methods[close];
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
  if (!closeSource) return;
  override(source, close, (...args: unknown[]) =>
    giveUp(body, observer, () => closeSource.apply(source, args)),
  );
}

/** Stops reading `body` with `close`. `close` rejects if the body already broke, which no reader may have observed yet. */
async function giveUp<Result>(
  body: Body,
  observer: BodyObserver,
  close: () => Promise<Result>,
): Promise<Result> {
  if (!isErrored(body as unknown as NodeJS.ReadableStream)) {
    observer.closed();
    return close();
  }
  try {
    return await close();
  } catch (error) {
    if (isAbortError(error)) observer.closed();
    else observer.failed(error);
    throw error;
  }
}

/** A stream of the pieces that `reader` reads, one at a time and none ahead of demand. */
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

/**
 * Observes a Node stream while it is read: the body of a `node-fetch` response, which is the default of SDK 0.39. Every way to read a
 * Node stream emits its events on the stream itself. One function in front of `emit` sees all of them, and neither starts the flow
 * nor holds it back, as a listener would.
 */
function observeNodeBody(body: EventEmitter, observer: BodyObserver): void {
  const { emit } = body;
  override(body, 'emit', (event: string | symbol, ...args: unknown[]) => {
    if (event === 'data') observer.piece(args[0] as Uint8Array | string);
    else if (event === 'end') observer.completed();
    else if (event === 'error') observer.failed(args[0]);
    // Has no effect after the end.
    else if (event === 'close') observer.closed();
    return emit.call(body, event, ...args);
  });
}

/** Sets the own property `name` of `target`, which hides the one of its class. */
function override(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
}
