/**
 * The call whose middleware, of the application, is running. A call that this middleware makes with another client may serve the first one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from '../../model/call.ts';
import { processWide } from '../../ports/process-wide.ts';

/** One for all copies of this package. Sockets keep the context that they were opened in, and must not keep the call. */
export const enclosingCall: AsyncLocalStorage<WeakRef<Call>> = processWide(
  Symbol.for('anthropic-otel.enclosing-call'),
  () => new AsyncLocalStorage(),
);

/** Runs `send`, and with it middleware of the application, as part of `call`. */
export function runWithin<Result>(call: Call, send: () => Result): Result {
  return enclosingCall.run(new WeakRef(call), send);
}

/** Whether middleware of an open call runs: what it asks another client for, it may pass on unread. */
export function isWithinCall(): boolean {
  return enclosingCall.getStore()?.deref()?.ended === false;
}
