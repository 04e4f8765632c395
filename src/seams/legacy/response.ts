/** Observes how the body of a response is read, whichever of the ways to read it is taken. */
import type { EventEmitter } from 'node:events';
import { type BodyObserver, override } from './body-observer.ts';
import { observeNodeBody } from './node-body.ts';
import { observeWebBody } from './web-body.ts';

/** Methods that read the whole body. */
const WHOLE = ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** Observes the reading of `response`, which stays the same object. */
export function observeResponse(response: Response, observer: BodyObserver): void {
  let whole = false;
  observeWhole(
    response,
    () => {
      whole = true;
    },
    observer,
  );
  const pieces: BodyObserver = {
    ...passOn(observer),
    // Where the platform reads a whole body piece by piece, the whole tells more.
    piece: (bytes) => whole || observer.piece(bytes),
    completed: () => whole || observer.completed(),
    failed: (error) => whole || observer.failed(error),
    closed: () => whole || observer.closed(),
  };
  observeBody(response.body, pieces);
  const { clone } = response;
  if (typeof clone !== 'function') return;
  override(response, 'clone', () => {
    const copy = clone.call(response);
    // The platform has given the response another body: one half of the one before.
    observeBody(response.body, pieces);
    return copy;
  });
}

/** Calls `onRead` when `response`, an error, is read whole, with its text where it is read as text. */
export function observeRefusal(response: Response, onRead: (text: string | undefined) => void): void {
  observeWhole(response, () => {}, {
    piece: (text) => onRead(String(text)),
    json: (value) => onRead(JSON.stringify(value)),
    completed: () => onRead(undefined),
    failed: () => onRead(undefined),
    closed: () => {},
  });
}

function observeWhole(response: Response, onStart: () => void, observer: BodyObserver): void {
  const methods = response as unknown as Record<
    string,
    ((...args: unknown[]) => Promise<unknown>) | undefined
  >;
  for (const name of WHOLE) {
    const read = methods[name];
    if (typeof read !== 'function') continue;
    override(response, name, async (...args: unknown[]) => {
      onStart();
      let value: unknown;
      try {
        value = await read.apply(response, args);
      } catch (error) {
        observer.failed(error);
        throw error;
      }
      if (name === 'json') observer.json(value);
      else if (name === 'text') observer.piece(value as string);
      observer.completed();
      return value;
    });
  }
}

function observeBody(body: unknown, observer: BodyObserver): void {
  if (typeof body !== 'object' || body === null) return;
  if (typeof (body as ReadableStream).getReader === 'function') {
    observeWebBody(body as ReadableStream<Uint8Array>, observer);
  } else if (typeof (body as EventEmitter).emit === 'function') {
    observeNodeBody(body as EventEmitter, observer);
  }
}

function passOn(observer: BodyObserver): Pick<BodyObserver, 'json'> {
  return { json: (value) => observer.json(value) };
}
