/** Observes how the SDK discards the body of a rejection, as it does before it waits for a retry. Nothing is read. */

/** Receives how a body is discarded. The observer must not throw. */
export interface DiscardObserver {
  /** The SDK discards the body, which can take time. */
  started(): void;
  /** The body was discarded: the SDK waits for its retry from now on. */
  discarded(): void;
  /** The body is broken, or has another reader: the SDK throws, and does not retry. */
  failed(): void;
}

/** Observes how `body` is discarded with its own iterator. */
export function observeDiscard(body: unknown, observer: DiscardObserver): void {
  const iterate = (body as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator];
  if (typeof iterate !== 'function') return;
  override(body as object, Symbol.asyncIterator, function (this: unknown, ...args: []) {
    try {
      return observeReturn(Reflect.apply(iterate, this, args), observer);
    } catch (error) {
      observer.failed();
      throw error;
    }
  });
}

function observeReturn(iterator: AsyncIterator<unknown>, observer: DiscardObserver): AsyncIterator<unknown> {
  const { return: close } = iterator;
  if (typeof close !== 'function') return iterator;
  override(iterator, 'return', async (...args: unknown[]) => {
    observer.started();
    let result: unknown;
    try {
      result = await Reflect.apply(close, iterator, args);
    } catch (error) {
      observer.failed();
      throw error;
    }
    observer.discarded();
    return result;
  });
  return iterator;
}

/** Sets the own property `name` of `target`, if `target` is not frozen. */
function override(target: object, name: PropertyKey, value: unknown): void {
  Reflect.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
}
