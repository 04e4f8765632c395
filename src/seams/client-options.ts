/** Puts the seams into the options of a client: tap, middleware, and the observed `fetch` where one is given. */
import type { SeamPort } from '../ports/seam-port.ts';
import { type ClientSeams, createSeams, seamsOf } from './client-seams.ts';
import { copyOptions } from './copy-options.ts';
import { observedFetchOf } from './fetch/client-fetch.ts';
import { addMiddleware, isOurMiddleware } from './middleware/middleware.ts';
import type { SdkClientOptions } from './sdk-shapes.ts';
import { settleOpenTelemetry } from './span/sdk-open-telemetry.ts';

/**
 * `options` with the seams added, as a copy. A seam that is there already stays the only one, so a client is never
 * observed twice, whatever is combined.
 */
export function addSeams<Options extends SdkClientOptions>(options: Options, port: SeamPort): Options {
  const { openTelemetry, middleware = [], fetch } = options;
  const added: SdkClientOptions = {};
  const seams = seamsOf(openTelemetry) ?? addTap(added, options, port);
  if (Array.isArray(middleware)) {
    const application = middleware.filter((each) => !isOurMiddleware(each));
    added.middleware = addMiddleware(seams, application);
  }
  // The SDK's default is `node-fetch` in some versions and the platform's in others: which, nobody knows before the client is made.
  if (typeof fetch === 'function') added.fetch = observedFetchOf(options, seams);
  port.clientMade(true);
  return Object.assign(copyOptions(options), added);
}

function addTap(added: SdkClientOptions, { openTelemetry }: SdkClientOptions, port: SeamPort): ClientSeams {
  const { propagation, enabled, contentMode, maxContentBytes } = settleOpenTelemetry(openTelemetry);
  const { seams, tap } = createSeams(port, openTelemetry);
  added.openTelemetry = {
    tracerProvider: tap,
    // A call span that the application does not see must not travel in its requests either.
    propagation: enabled && propagation,
    traces: { enabled: true, contentMode: enabled ? contentMode : 'metadata_only', maxContentBytes },
  };
  return seams;
}
