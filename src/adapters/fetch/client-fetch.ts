/** Adds the observed `fetch` to clients. */
import type { AdapterPort } from '../../ports/adapter-port.ts';
import { type ClientAdapters, createAdapters, hasOnlyFetch } from '../client-adapters.ts';
import { DEFAULT_TIMEOUT, type SdkClient, type SdkClientOptions } from '../sdk-shapes.ts';
import { type Fetch, observeFetch, originalFetch } from './observed-fetch.ts';

/** A client, or client options. */
type FetchSource = Pick<SdkClientOptions, 'fetch' | 'timeout'>;

/** The observed `fetch` of a client or of client options. An already observed `fetch` is observed again, with this client's timeout. */
export function observedFetchOf(source: FetchSource, adapters: ClientAdapters): Fetch {
  const fetch = originalFetch(source.fetch) ?? (source.fetch as Fetch);
  return observeFetch(fetch, adapters, source.timeout ?? DEFAULT_TIMEOUT);
}

/**
 * Observes the `fetch` of a `client` that was just created, if only its `fetch` can be observed. The client keeps the `fetch` that it
 * chose, from its options or by default. This is why `fetch` is wrapped now and not set as an option earlier: an option would replace
 * the default, and so change how requests are sent.
 */
export function observeMadeClient(client: SdkClient, port: AdapterPort): void {
  if (hasOnlyFetch(client)) client.fetch = observedFetchOf(client, createAdapters(port).adapters);
}
