/** Observes how a response is read, whichever of the ways to read it is taken. */
import { type BodyObserver, observeBody, override } from './observe-body.ts';

/** Methods that read the whole body. */
const WHOLE = ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** Told of the reading of a whole body. */
type WholeObserver = Pick<BodyObserver, 'json' | 'text' | 'bytes' | 'completed' | 'failed'>;

/** Observes the reading of `response`, which stays the same object. */
export function observeResponse(response: Response, observer: BodyObserver): void {
  let whole = false;
  observeWhole(response, observer, () => {
    whole = true;
  });
  // The platform may read a whole body piece by piece. The whole tells more.
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
    // The platform gives the response another body, one half of the one that it had, and splits that one itself.
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
