/**
 * Distinguishes the SDK's own timeout from an abort by the application, if only `fetch` is seen. The SDK gives `fetch` one signal for
 * both, and states its timeout in a header. If an attempt is aborted before that time, the application aborted it; otherwise, the
 * SDK's timeout did.
 */
import type { HeaderReader } from '../../model/rate-limit.ts';

/** How much too early the timeout can seem to occur, in milliseconds: this value, or a quarter of a shorter timeout. */
const MAX_SLACK = 1000;

/**
 * Whether the SDK's timeout is due `elapsed` milliseconds after the start of an attempt.
 *
 * @param earliest the timeout, in milliseconds
 */
export function isTimeoutDue(elapsed: number, earliest: number): boolean {
  // The SDK starts its timer shortly before it calls `fetch`, and a busy machine can delay that call.
  return elapsed >= earliest - Math.min(MAX_SLACK, earliest / 4);
}

/**
 * The earliest time at which the timeout of an attempt can occur, in milliseconds. The header states the timeout of a single call in
 * whole seconds, rounded down. So an abort in the last second before the timeout counts as the timeout.
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
