/**
 * Learns the body of an error response from the SDK's own reading of it. The SDK reads it once, with `text()`, when it gives up; of an
 * attempt that it retries it never reads the body. Nothing is cloned or read ahead, so the SDK gets from the body what it gets
 * without us, at the same time, also where the body breaks or stalls.
 */

/**
 * Calls `onText` when `response` is read with `text()`: with its body, or with `undefined` where the body cannot be read.
 * `onText` must not throw.
 */
export function onErrorText(response: Response, onText: (text: string | undefined) => void): void {
  const { text } = response;
  if (typeof text !== 'function') return;
  const value = async function (this: unknown, ...args: []): Promise<string> {
    let read: string | undefined;
    try {
      read = await Reflect.apply(text, this, args);
      return read as string;
    } finally {
      onText(typeof read === 'string' ? read : undefined);
    }
  };
  // A response that is frozen stays unobserved: its status is known.
  Reflect.defineProperty(response, 'text', { value, configurable: true, enumerable: false, writable: true });
}
