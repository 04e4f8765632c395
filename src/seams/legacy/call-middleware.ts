/**
 * The middleware for an SDK that runs middleware and makes no call spans (0.101.0 to 0.133.x). All attempts of a call share
 * the identity of `ctx.options`.
 */
import type { SdkMiddleware } from '../sdk-shapes.ts';
import { bodyFields } from './body-fields.ts';
import { startCallSpan } from './call-span.ts';
import type { ClientSeams } from './client-seams.ts';
import { LegacyCall, type SendWith } from './legacy-call.ts';
import { withTraceHeaders } from './trace-headers.ts';

/** The SDK's default for `maxRetries`. */
export const DEFAULT_MAX_RETRIES = 2;

/** Makes the middleware of a client whose attempts are retried `maxRetries` times, unless its options say otherwise. */
export function createCallMiddleware(seams: ClientSeams, maxRetries: number): SdkMiddleware {
  const { port } = seams;
  const calls = new WeakMap<object, LegacyCall>();
  return (request, next, { options }) => {
    // Without options the request is no API call, such as a token exchange.
    if (!port.enabled || !options) return next(request);
    // An options object that the application uses again must not lead to the call that it made before.
    const known = calls.get(options);
    const call = known?.call.ended === false ? known : undefined;
    const opened = call ?? port.guard.run('call', () => open(options.body));
    if (!opened) return next(request);
    calls.set(options, opened);
    const retries = Number(request.headers.get('x-stainless-retry-count') ?? 0);
    const sendWith: SendWith = (added) =>
      next(added ? { ...request, headers: withTraceHeaders(request.headers, added) as Headers } : request);
    return opened.send(request, sendWith, options, retries < (options.maxRetries ?? maxRetries));

    function open(body: unknown): LegacyCall | undefined {
      const started = startCallSpan(seams, request, bodyFields(body));
      return started && new LegacyCall(seams, started);
    }
  };
}
