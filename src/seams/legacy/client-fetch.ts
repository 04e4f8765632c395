/** Puts the observed `fetch` into clients of an SDK that has no other seam. */
import type { SeamPort } from '../../ports/seam-port.ts';
import { copyOptions } from '../copy-options.ts';
import type { SdkClient, SdkClientOptions } from '../sdk-shapes.ts';
import {
  DEFAULT_TIMEOUT,
  type Fetch,
  type FetchSettings,
  isObservedFetch,
  observeFetch,
} from './call-fetch.ts';
import { DEFAULT_MAX_RETRIES } from './call-middleware.ts';
import { createSeams, seamsOf } from './client-seams.ts';

/**
 * `options` with their own `fetch` observed, as a copy. Without one they stay as they are: the SDK's default is
 * `node-fetch` in some versions and the platform's in others, and which of them nobody knows before the client is made.
 */
export function observeGivenFetch<Options extends SdkClientOptions>(options: Options): Options {
  const { openTelemetry, fetch } = options;
  const seams = seamsOf(openTelemetry);
  if (!seams || typeof fetch !== 'function' || isObservedFetch(fetch)) return options;
  return Object.assign(copyOptions(options), {
    fetch: observeFetch(fetch as Fetch, seams, settingsOf(options)),
  });
}

/** Whether `fetch` is all that can be observed of `client`: its SDK makes no spans and runs no middleware. */
export function hasOnlyFetch({ openTelemetry, middleware, fetch }: SdkClient): boolean {
  return openTelemetry === undefined && !Array.isArray(middleware) && typeof fetch === 'function';
}

/** The observed `fetch` of a `client` that has nothing else to observe. */
export function observedFetchOf(client: SdkClient, port: SeamPort): unknown {
  const { fetch } = client;
  if (isObservedFetch(fetch)) return fetch;
  return observeFetch(fetch as Fetch, createSeams(port).seams, settingsOf(client));
}

/**
 * Observes the `fetch` of a `client` that was just made, when that is all it has to observe. The client keeps the
 * `fetch` that it chose, given or default, which is why it is wrapped now and not put into the options before: an
 * option in place of the default would change what the requests are sent with.
 */
export function observeMadeClient(client: SdkClient, port: SeamPort): void {
  if (hasOnlyFetch(client)) client.fetch = observedFetchOf(client, port);
}

function settingsOf({ maxRetries, timeout }: FetchSource): FetchSettings {
  return { maxRetries: maxRetries ?? DEFAULT_MAX_RETRIES, timeout: timeout ?? DEFAULT_TIMEOUT };
}

type FetchSource = Pick<SdkClientOptions, 'maxRetries' | 'timeout'>;
