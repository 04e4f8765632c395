/**
 * Distinguishes the SDK's own timeout from an abort by the application, where only `fetch` is seen: the SDK gives `fetch` one
 * signal for both. The SDK states its timeout in a header, and an attempt that is aborted before that time was aborted by
 * the application; later than that, the timeout came first.
 */
import type { HeaderReader } from '../../model/rate-limit.ts';

/** How much earlier than set the timeout can seem to come, in milliseconds: this, or a quarter of a short one. */
const MAX_SLACK = 1000;

/**
 * Whether `elapsed` milliseconds after the begin of an attempt the SDK's timeout has come.
 *
 * @param earliest the timeout, in milliseconds
 */
export function isTimeoutDue(elapsed: number, earliest: number): boolean {
  // The SDK sets its timer shortly before it calls `fetch`, and a busy machine can come in between.
  return elapsed >= earliest - Math.min(MAX_SLACK, earliest / 4);
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
