/**
 * Tells the SDK's own timeout from an abort by the application, where only `fetch` is seen: the SDK gives `fetch` one
 * signal for both. The SDK states its timeout in a header, and an attempt that is aborted before that time was aborted by
 * the application; later than that, the timeout came first.
 */
import type { HeaderReader } from '../../model/rate-limit.ts';

/** The longest that a timer runs, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** Watches for the time at which the SDK's timeout comes. */
export interface TimeoutWatch {
  /** Whether the time has come. */
  readonly due: boolean;
  /** Stops watching: what is `due` stays as it is. */
  stop(): void;
}

/**
 * Watches the time of an attempt with `headers`, from now on. A timer, and no look at the clock: it was set in the same
 * turn of the event loop as the SDK's, and fires just before it, however busy the process is.
 */
export function watchTimeout(headers: HeaderReader, clientTimeout: number): TimeoutWatch {
  const earliest = earliestTimeout(headers, clientTimeout) - 1;
  if (earliest > MAX_TIMER) return { due: false, stop() {} };
  let due = earliest < 1;
  const timer = setTimeout(() => {
    due = true;
  }, earliest).unref();
  return {
    get due() {
      return due;
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * The earliest time, in milliseconds, at which the timeout of an attempt can come. Of the timeout of a single call only
 * whole seconds are stated, rounded down, so an abort in the second before it counts as the timeout.
 *
 * @param headers the headers of the attempt
 * @param clientTimeout the client's own `timeout`, in milliseconds
 */
export function earliestTimeout(headers: HeaderReader, clientTimeout: number): number {
  const header = headers.get('x-stainless-timeout');
  const stated = Number(header);
  if (header === null || Number.isNaN(stated)) return clientTimeout;
  // SDK 0.39 states milliseconds.
  if (headers.get('x-stainless-package-version')?.startsWith('0.39.')) return stated;
  return stated === Math.trunc(clientTimeout / 1000) ? clientTimeout : stated * 1000;
}
