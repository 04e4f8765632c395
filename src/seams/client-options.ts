/** Puts the two seams, tap and attempt middleware, into the options of a client. */
import type { SeamPort } from '../ports/seam-port.ts';
import { copyOptions } from './copy-options.ts';
import { createCallMiddleware, DEFAULT_MAX_RETRIES } from './legacy/call-middleware.ts';
import { type ClientSeams, createSeams, seamsOf } from './legacy/client-seams.ts';
import {
  createAttemptMiddleware,
  createChainMiddleware,
  isAttemptMiddleware,
  markAttemptMiddleware,
} from './middleware.ts';
import { settleOpenTelemetry } from './sdk-open-telemetry.ts';
import type { SdkClientOptions, SdkMiddleware } from './sdk-shapes.ts';

/**
 * `options` with the seams added, as a copy. A seam that is there already stays the only one, so a client is never
 * observed twice, whatever is combined.
 */
export function addSeams<Options extends SdkClientOptions>(options: Options, port: SeamPort): Options {
  const added: SdkClientOptions = {};
  const { openTelemetry, middleware = [], maxRetries = DEFAULT_MAX_RETRIES } = options;
  let seams = seamsOf(openTelemetry);
  if (!seams) {
    const { propagation, enabled, contentMode, maxContentBytes } = settleOpenTelemetry(openTelemetry);
    const made = createSeams(port, openTelemetry);
    seams = made.seams;
    added.openTelemetry = {
      tracerProvider: made.tap,
      // A call span that the application does not see must not travel in its requests either.
      propagation: enabled && propagation,
      traces: { enabled: true, contentMode: enabled ? contentMode : 'metadata_only', maxContentBytes },
    };
  }
  if (Array.isArray(middleware) && !middleware.some(isAttemptMiddleware)) {
    const ours = seamMiddleware(seams, maxRetries);
    added.middleware = middleware.length > 0 ? [createChainMiddleware(), ...middleware, ours] : [ours];
  }
  return Object.assign(copyOptions(options), added);
}

/** The middleware that fits the SDK, which shows only when the client is made. */
function seamMiddleware(seams: ClientSeams, maxRetries: number): SdkMiddleware {
  const ofAttempts = createAttemptMiddleware(seams.port);
  const ofCalls = createCallMiddleware(seams, maxRetries);
  return markAttemptMiddleware((request, next, context) => {
    seams.sdkRunsMiddleware = true;
    return seams.sdkTraces ? ofAttempts(request, next, context) : ofCalls(request, next, context);
  });
}
