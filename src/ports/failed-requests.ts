/** Detects retry loops around the SDK: a call that repeats the request of a call that recently failed after its own retries. */
import { createHash } from 'node:crypto';

/** How long after a failure a call with the same request counts as its repetition, in milliseconds. */
const WINDOW_MS = 60_000;
/** The maximum number of failed requests that are kept. */
const MAX_REQUESTS = 1_000;
/** For longer bodies, only the first and last characters up to this number are compared. */
const MAX_END = 32_768;

/** Requests that failed recently. While there are none, bodies are not inspected. */
export class FailedRequests {
  /** The time of the last failure by a digest of the body, oldest first. */
  readonly #failedAt = new Map<string, number>();

  /** A retry failed, and its request might be sent again. */
  failed(body: unknown, now: number): void {
    const digest = digestOf(body);
    if (digest === undefined) return;
    this.#failedAt.delete(digest);
    this.#failedAt.set(digest, now);
    for (const [oldest, at] of this.#failedAt) {
      if (this.#failedAt.size <= MAX_REQUESTS && now - at < WINDOW_MS) break;
      this.#failedAt.delete(oldest);
    }
  }

  /** The API accepted a request, so sending it again repeats no failure. */
  accepted(body: unknown, now: number): void {
    this.#take(body, now);
  }

  /** Whether a new call repeats a request that recently failed. Each failure can be repeated once. */
  repeats(body: unknown, now: number): boolean {
    const failedAt = this.#take(body, now);
    return failedAt !== undefined && now - failedAt < WINDOW_MS;
  }

  #take(body: unknown, now: number): number | undefined {
    const digest = this.#anyRecent(now) ? digestOf(body) : undefined;
    if (digest === undefined) return undefined;
    const failedAt = this.#failedAt.get(digest);
    this.#failedAt.delete(digest);
    return failedAt;
  }

  /** Whether any request failed recently. Removes older failures. */
  #anyRecent(now: number): boolean {
    for (const [oldest, at] of this.#failedAt) {
      if (now - at < WINDOW_MS) return true;
      this.#failedAt.delete(oldest);
    }
    return false;
  }
}

function digestOf(body: unknown): string | undefined {
  if (typeof body !== 'string') return undefined;
  const ends = body.length > 2 * MAX_END ? body.slice(0, MAX_END) + body.slice(-MAX_END) : body;
  return createHash('sha256').update(`${body.length} ${ends}`).digest('base64url');
}
