/**
 * Requests that recently failed after their own retries, shared by all copies of this package. A call that repeats one is in a second
 * retry loop.
 */
import { FailedRequests } from '../../ports/failed-requests.ts';
import { processWide } from '../../ports/process-wide.ts';

export const failedRequests: FailedRequests = processWide(
  Symbol.for('anthropic-otel.failed-requests'),
  () => new FailedRequests(),
);
