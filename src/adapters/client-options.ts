/** Adds the adapters to the options of a client: the tap, the middleware, and the observed `fetch` if the options have a `fetch`. */
import type { AdapterPort } from '../ports/adapter-port.ts';
import { adaptersOf, type ClientAdapters, createAdapters } from './client-adapters.ts';
import { copyOptions } from './copy-options.ts';
import { observedFetchOf } from './fetch/client-fetch.ts';
import { followDecisions } from './middleware/decisions.ts';
import { addMiddleware, isOurMiddleware } from './middleware/middleware.ts';
import type { SdkClientOptions } from './sdk-shapes.ts';
import { resolveOpenTelemetry } from './span/sdk-open-telemetry.ts';

/**
 * Returns a copy of `options` with the adapters added. An existing adapter stays the only one, so that a client is never observed
 * twice, however the entry points are combined.
 */
export function addAdapters<Options extends SdkClientOptions>(options: Options, port: AdapterPort): Options {
  const { openTelemetry, middleware = [], fetch } = options;
  const added: SdkClientOptions = {};
  const adapters = adaptersOf(openTelemetry) ?? addTap(added, options, port);
  if (Array.isArray(middleware)) {
    const application = middleware.filter((each) => !isOurMiddleware(each));
    added.middleware = addMiddleware(adapters, application);
  }
  // The default is `node-fetch` in some SDK versions and the platform's `fetch` in others. Which one is known only after the client
  // is created.
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
    // A call span that is hidden from the application must not be propagated in its requests either.
    propagation: enabled && propagation,
    traces: { enabled: true, contentMode: enabled ? contentMode : 'metadata_only', maxContentBytes },
  };
  return adapters;
}
