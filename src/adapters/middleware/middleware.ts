/**
 * The middleware that this package adds to a client. It runs once per pass of the SDK's retry loop. One copy is last in the client's
 * list: it sees each request that the application's own middleware makes, and times the request on the wire. If the application has
 * middleware, another copy is first: it sees the final result that the SDK gets.
 */
import type { ClientAdapters } from '../client-adapters.ts';
import type { SdkMiddleware } from '../sdk-shapes.ts';
import { Calls } from './calls.ts';

/** Marks the middleware of this package, across copies of this package. */
const MIDDLEWARE = Symbol.for('anthropic-otel.middleware');

/** Whether `middleware` belongs to this package. */
export function isOurMiddleware(middleware: unknown): boolean {
  return typeof middleware === 'function' && MIDDLEWARE in middleware;
}

/** Returns the middleware of the `application` with this package's middleware around it. */
export function addMiddleware(adapters: ClientAdapters, application: readonly unknown[]): readonly unknown[] {
  const calls = new Calls(adapters, application.length > 0);
  if (application.length > 0) {
    const first = mark((request, next, { options }) => calls.sendPass(request, next, options));
    const last = mark((request, next, { options }) => calls.sendAttempt(request, next, options));
    return [first, ...application, last];
  }
  return [
    mark((request, next, { options }) =>
      calls.sendPass(request, (same) => calls.sendAttempt(same, next, options), options),
    ),
  ];
}

function mark(middleware: SdkMiddleware): SdkMiddleware {
  return Object.assign(middleware, { [MIDDLEWARE]: true });
}
