/** The requests that have just failed after their own retries, for all copies of this package: a call that repeats one is in a second retry loop. */
import { FailedRequests } from '../../ports/failed-requests.ts';
import { processWide } from '../../ports/process-wide.ts';

export const failedRequests: FailedRequests = processWide(
  Symbol.for('anthropic-otel.failed-requests'),
  () => new FailedRequests(),
);
