/**
 * Finds retry loops around the SDK: a call that repeats the request of one that has just failed after its own retries. Both
 * loops then multiply the load. While no call has failed for a minute, no body is looked at.
 */
import { createHash } from 'node:crypto';
import { processWide } from '../../process-wide.ts';

/** How long after a failure a call with the same request counts as its repetition, in milliseconds. */
const WINDOW_MS = 60_000;
/** The most failed requests that are remembered. */
const MAX_REQUESTS = 1_000;
/** Of longer bodies, only the two ends of this many characters are compared. */
const MAX_END = 32_768;

/** When requests last failed, by a digest of their body. */
const failures: Map<string, number> = processWide(
  Symbol.for('anthropic-otel.failed-requests'),
  () => new Map(),
);

/** An attempt that was itself a retry has failed, and the request might be sent again. */
export function retryFailed(body: unknown, now: number): void {
  const digest = digestOf(body);
  if (digest === undefined) return;
  failures.delete(digest);
  failures.set(digest, now);
  for (const [oldest, at] of failures) {
    if (failures.size <= MAX_REQUESTS && now - at < WINDOW_MS) break;
    failures.delete(oldest);
  }
}

/** The API accepted a request: to send it again repeats no failure. */
export function requestAccepted(body: unknown, now: number): void {
  const digest = anyRecent(now) ? digestOf(body) : undefined;
  if (digest !== undefined) failures.delete(digest);
}

/** Whether a new call repeats a request that failed a short time ago. */
export function repeatsFailure(body: unknown, now: number): boolean {
  if (!anyRecent(now)) return false;
  const digest = digestOf(body);
  const failedAt = digest === undefined ? undefined : failures.get(digest);
  if (digest !== undefined) failures.delete(digest);
  return failedAt !== undefined && now - failedAt < WINDOW_MS;
}

/** Whether any request failed a short time ago. Forgets those that did not. */
function anyRecent(now: number): boolean {
  for (const [oldest, at] of failures) {
    if (now - at < WINDOW_MS) return true;
    failures.delete(oldest);
  }
  return false;
}

function digestOf(body: unknown): string | undefined {
  if (typeof body !== 'string') return undefined;
  const ends = body.length > 2 * MAX_END ? body.slice(0, MAX_END) + body.slice(-MAX_END) : body;
  return createHash('sha256').update(`${body.length} ${ends}`).digest('base64url');
}
