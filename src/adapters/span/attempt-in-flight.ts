/**
 * Ties an attempt to its call where no context manager is registered. The SDK records each attempt on its call span while
 * the middleware of this package is on the stack: at that moment the span asks here which attempt is in flight.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpannedCall } from '../../ports/call-span.ts';
import { processWide } from '../../ports/process-wide.ts';

/** An attempt that waits to learn its call. */
export interface AttemptInFlight {
  /**
   * Called with the call, once it is known, and then forgotten: sockets keep the context that they were opened in, and would keep
   * everything that this function refers to.
   */
  onCall: ((call: SpannedCall) => void) | undefined;
}

/** The attempt that is in flight, until its call is known. One for all copies of this package: span and middleware can be of two. */
export const attemptInFlight: AsyncLocalStorage<AttemptInFlight> = processWide(
  Symbol.for('anthropic-otel.attempt-in-flight'),
  () => new AsyncLocalStorage(),
);
