/**
 * The call whose middleware, given by the application, is running. If this middleware makes a call with another client, that call may
 * serve the first one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from '../../model/call.ts';
import { processWide } from '../../ports/process-wide.ts';

/** All copies of this package share it. Sockets keep the context in which they were opened, and must not keep the call alive. */
export const enclosingCall: AsyncLocalStorage<WeakRef<Call>> = processWide(
  Symbol.for('anthropic-otel.enclosing-call'),
  () => new AsyncLocalStorage(),
);

/** Runs `send`, including the application's middleware, as part of `call`. */
export function runWithin<Result>(call: Call, send: () => Result): Result {
  return enclosingCall.run(new WeakRef(call), send);
}

/** Whether the middleware of an open call is running. It may pass on the response of another client unread. */
export function isWithinCall(): boolean {
  return enclosingCall.getStore()?.deref()?.ended === false;
}
