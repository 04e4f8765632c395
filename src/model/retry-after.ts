/** Reads the wait that the API requests before a retry. */
import type { HeaderReader } from './rate-limit.ts';

/**
 * The wait in seconds: `retry-after-ms`, or else `retry-after` as seconds or as an HTTP date, read as the SDK reads them. `undefined`
 * if absent, malformed or in the past. `now` is in Unix milliseconds.
 */
export function parseRetryAfter(headers: HeaderReader, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (isWait(milliseconds)) return milliseconds / 1000;
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number.parseFloat(value);
  const wait = Number.isNaN(seconds) ? (Date.parse(value) - now) / 1000 : seconds;
  return isWait(wait) ? wait : undefined;
}

function isWait(time: number): boolean {
  return time > 0 && Number.isFinite(time);
}
