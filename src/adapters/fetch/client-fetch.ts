/** Puts the observed `fetch` into clients. */
import type { AdapterPort } from '../../ports/adapter-port.ts';
import { type ClientAdapters, createAdapters, hasOnlyFetch } from '../client-adapters.ts';
import { DEFAULT_TIMEOUT, type SdkClient, type SdkClientOptions } from '../sdk-shapes.ts';
import { type Fetch, observeFetch, originalFetch } from './observed-fetch.ts';

/** A client, or client options. */
type FetchSource = Pick<SdkClientOptions, 'fetch' | 'timeout'>;

/** The observed `fetch` of a client or of client options. A `fetch` that is observed already is observed anew, with the timeout of this client. */
export function observedFetchOf(source: FetchSource, adapters: ClientAdapters): Fetch {
  const fetch = originalFetch(source.fetch) ?? (source.fetch as Fetch);
  return observeFetch(fetch, adapters, source.timeout ?? DEFAULT_TIMEOUT);
}

/**
 * Observes the `fetch` of a `client` that was just made, when that is all it has to observe. The client keeps the
 * `fetch` that it chose, given or default, which is why it is wrapped now and not put into the options before: an
 * option in place of the default would change what the requests are sent with.
 */
export function observeMadeClient(client: SdkClient, port: AdapterPort): void {
  if (hasOnlyFetch(client)) client.fetch = observedFetchOf(client, createAdapters(port).adapters);
}
