/** Puts the adapters into the options of a client: tap, middleware, and the observed `fetch` where one is given. */
import type { AdapterPort } from '../ports/adapter-port.ts';
import { adaptersOf, type ClientAdapters, createAdapters } from './client-adapters.ts';
import { copyOptions } from './copy-options.ts';
import { observedFetchOf } from './fetch/client-fetch.ts';
import { followDecisions } from './middleware/decisions.ts';
import { addMiddleware, isOurMiddleware } from './middleware/middleware.ts';
import type { SdkClientOptions } from './sdk-shapes.ts';
import { resolveOpenTelemetry } from './span/sdk-open-telemetry.ts';

/**
 * `options` with the adapters added, as a copy. An adapter that is there already stays the only one, so a client is never
 * observed twice, whatever is combined.
 */
export function addAdapters<Options extends SdkClientOptions>(options: Options, port: AdapterPort): Options {
  const { openTelemetry, middleware = [], fetch } = options;
  const added: SdkClientOptions = {};
  const adapters = adaptersOf(openTelemetry) ?? addTap(added, options, port);
  if (Array.isArray(middleware)) {
    const application = middleware.filter((each) => !isOurMiddleware(each));
    added.middleware = addMiddleware(adapters, application);
  }
  // The SDK's default is `node-fetch` in some versions and the platform's in others: which one is not known before the client is made.
  if (typeof fetch === 'function') added.fetch = observedFetchOf(options, adapters);
  port.clientMade(true);
  port.guard.run('call', () => followDecisions(port));
  return Object.assign(copyOptions(options), added);
}

function addTap(
  added: SdkClientOptions,
  { openTelemetry }: SdkClientOptions,
  port: AdapterPort,
): ClientAdapters {
  const { propagation, enabled, contentMode, maxContentBytes } = resolveOpenTelemetry(openTelemetry);
  const { adapters, tap } = createAdapters(port, openTelemetry);
  added.openTelemetry = {
    tracerProvider: tap,
    // A call span that the application does not see must not travel in its requests either.
    propagation: enabled && propagation,
    traces: { enabled: true, contentMode: enabled ? contentMode : 'metadata_only', maxContentBytes },
  };
  return adapters;
}
