/** Who canceled a call. */

/** `timeout`: a signal of `AbortSignal.timeout`, directly or within `AbortSignal.any`. `application`: everything else. */
export type CanceledBy = 'timeout' | 'application';

/** The required part of a call's abort signal. */
export interface AbortState {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** Who canceled a call with this signal. Without a signal, the application closed its stream early. */
export function canceledBy(signal: AbortState | undefined): CanceledBy {
  if (!signal?.aborted) return 'application';
  const { reason } = signal;
  const isTimeout =
    typeof reason === 'object' && reason !== null && (reason as { name?: unknown }).name === 'TimeoutError';
  return isTimeout ? 'timeout' : 'application';
}
