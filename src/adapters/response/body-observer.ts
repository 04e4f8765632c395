/** What is seen of the reading of a response's body, by whichever way the application reads it. */

/**
 * Told how the body of a response is read. After the first of `completed`, `failed` and `closed` nothing else counts.
 * The observer itself sees to it that nothing it does throws.
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
  /** The reader gave the body up before its end. */
  closed(): void;
  /** Observes a copy of the response that the application makes; without it, copies are not observed. */
  cloned?(): BodyObserver;
}

/** Sets the property `name` of `target` itself, so that it hides the one of its class. */
export function override(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: false, writable: true });
}
