/** Puts the two seams, tap and attempt middleware, into the options of a client. */
import type { SeamPort } from '../ports/seam-port.ts';
import { createAttemptMiddleware, isAttemptMiddleware } from './middleware.ts';
import { settleOpenTelemetry } from './sdk-open-telemetry.ts';
import type { SdkClientOptions } from './sdk-shapes.ts';
import { createTap, isTap } from './tap.ts';

/**
 * `options` with the seams added, as a copy. A seam that is there already stays the only one, so a client is never
 * observed twice, whatever is combined.
 */
export function addSeams<Options extends SdkClientOptions>(options: Options, port: SeamPort): Options {
  const added: SdkClientOptions = {};
  const { openTelemetry, middleware = [] } = options;
  if (!(openTelemetry && isTap(openTelemetry.tracerProvider))) {
    const { tracerProvider, propagation, enabled, contentMode, maxContentBytes } =
      settleOpenTelemetry(openTelemetry);
    added.openTelemetry = {
      tracerProvider: createTap({ port, tracerProvider, visible: enabled }),
      // A call span that the application does not see must not travel in its requests either.
      propagation: enabled && propagation,
      traces: { enabled: true, contentMode: enabled ? contentMode : 'metadata_only', maxContentBytes },
    };
  }
  if (Array.isArray(middleware) && !middleware.some(isAttemptMiddleware)) {
    added.middleware = [...middleware, createAttemptMiddleware(port)];
  }
  return { ...options, ...added };
}
