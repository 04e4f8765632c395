/**
 * Ties an attempt to its call where no context manager is registered. The SDK tells its call span of each attempt while
 * our middleware is on the stack: at that moment the span asks here which attempt is in flight.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from '../model/call.ts';

/** Called with the call, once it is known. */
export type OnCall = (call: Call) => void;

/** The attempt that waits to learn its call. */
export const attemptInFlight: AsyncLocalStorage<OnCall> = new AsyncLocalStorage();
