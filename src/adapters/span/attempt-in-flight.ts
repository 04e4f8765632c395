/**
 * Links an attempt to its call if no context manager is registered. The SDK records each attempt on its call span while this
 * package's middleware is on the stack. At that moment, the span looks up here which attempt is in flight.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpannedCall } from '../../ports/call-span.ts';
import { processWide } from '../../ports/process-wide.ts';

/** An attempt whose call is not known yet. */
export interface AttemptInFlight {
  /**
   * Called with the call when it is known, and then removed: sockets keep the context in which they were opened, and would keep
   * everything that this function refers to.
   */
  onCall: ((call: SpannedCall) => void) | undefined;
}

/**
 * The attempt in flight, until its call is known. All copies of this package share it, because span and middleware can come from
 * different copies.
 */
export const attemptInFlight: AsyncLocalStorage<AttemptInFlight> = processWide(
  Symbol.for('anthropic-otel.attempt-in-flight'),
  () => new AsyncLocalStorage(),
);
