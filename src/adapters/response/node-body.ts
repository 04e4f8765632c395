/**
 * Observes a Node stream as it is read: the body of a `node-fetch` response, which is the default of SDK 0.39. Every way
 * to read a Node stream emits its events on the stream itself, so one function in front of `emit` sees them all, and
 * neither makes the stream flow nor holds it back, as a listener would.
 */
import type { EventEmitter } from 'node:events';
import { type BodyObserver, override } from './body-observer.ts';

/** Observes `body`. */
export function observeNodeBody(body: EventEmitter, observer: BodyObserver): void {
  const { emit } = body;
  override(body, 'emit', (event: string | symbol, ...args: unknown[]) => {
    if (event === 'data') observer.piece(args[0] as Uint8Array | string);
    else if (event === 'end') observer.completed();
    else if (event === 'error') observer.failed(args[0]);
    // After the end this tells nothing new.
    else if (event === 'close') observer.closed();
    return emit.call(body, event, ...args);
  });
}
