/** Mirrors how the SDK handles an error that its middleware or its `fetch` throws (`@anthropic-ai/sdk` 1.11.0). */

/** The maximum number of nested causes that are followed. */
const MAX_CAUSES = 10;

/**
 * Whether the SDK retries after `error`, which did not come from `fetch`. It does if the error or one of its causes is an abort, a
 * connection error or a `RetryableError`. These are matched by class name, because an application can have several copies of the SDK.
 */
export function isRetryableError(error: unknown): boolean {
  let each = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof each === 'object' && each !== null; depth++) {
    if (isAbortError(each) || hasClass(each, 'APIConnectionError') || hasClass(each, 'RetryableError'))
      return true;
    each = (each as { cause?: unknown }).cause;
  }
  return false;
}

/** The `error.type` of a call that the SDK ends with `error`, as in the SDK's own call spans. */
export function sdkErrorType(error: unknown): string {
  if (isAbortError(error) || hasClass(error, 'APIConnectionTimeoutError')) return 'client_timeout_error';
  if (hasClass(error, 'APIConnectionError')) return 'connection_error';
  if (hasClass(error, 'APIError')) {
    const { type, status } = error as { type?: unknown; status?: unknown };
    if (typeof type === 'string') return type;
    if (typeof status === 'number') return String(status);
  }
  return 'client_error';
}

/** Whether `error` results from aborting a request or the reading of its body. */
export function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AbortError';
}

function hasClass(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let prototype: unknown = Object.getPrototypeOf(value);
  for (let depth = 0; depth < MAX_CAUSES && typeof prototype === 'object' && prototype !== null; depth++) {
    if ((prototype as { constructor?: { name?: unknown } }).constructor?.name === name) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}
