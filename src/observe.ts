/** The two functions that put telemetry into a client by its public options alone. */
import type { TelemetryOptions } from './options.ts';
import { addSeams } from './seams/client-options.ts';
import { createSeams } from './seams/client-seams.ts';
import { hasOnlyFetch, observedFetchOf } from './seams/fetch/client-fetch.ts';
import type { SdkClient, SdkClientOptions } from './seams/sdk-shapes.ts';
import { telemetryFor } from './telemetry.ts';

/**
 * Client options with telemetry, for `new Anthropic(withTelemetry({ ... }))`. Uses the SDK's public `openTelemetry` and
 * `middleware` options and works in bundles. Your own values of both are kept.
 *
 * SDK versions before 0.101.0 have neither option, and are observed through `fetch`: for them, give your own
 * (`withTelemetry({ fetch })`), or use `observe` or the instrumentation, which find the client's default.
 *
 * @param options the client options, as the SDK takes them
 * @param telemetry how to record; give the same object for all clients that belong together
 * @throws TypeError for a wrong telemetry option
 */
export function withTelemetry<const Options extends object = Record<never, never>>(
  options?: Options,
  telemetry?: TelemetryOptions,
): Options {
  const port = telemetryFor(telemetry);
  // So that the process is seen, and its series have a zero to start from, before its first call.
  port.start();
  // The SDK refuses `null`, in its own words.
  if (options === null) return options;
  const given = options ?? ({} as Options);
  const add = (): Options => addSeams(given as SdkClientOptions, port) as Options;
  return port.guard.run('options', add) ?? given;
}

/**
 * A copy of `client` with telemetry, made by its own `withOptions`. The original stays as it is.
 *
 * @param client a client of `@anthropic-ai/sdk` or of its Bedrock, Vertex and Foundry packages
 * @param telemetry how to record; give the same object for all clients that belong together
 * @throws TypeError for a wrong telemetry option, or when `client` is no client
 */
export function observe<Client extends object>(client: Client, telemetry?: TelemetryOptions): Client {
  const made = client as unknown as SdkClient;
  if (typeof made.withOptions !== 'function') {
    throw new TypeError(
      hasOnlyFetch(made)
        ? 'anthropic-otel: this version of @anthropic-ai/sdk cannot copy a client; use `new Anthropic(withTelemetry({ fetch }))` or `AnthropicInstrumentation`'
        : 'anthropic-otel: expected `client` to be a client of @anthropic-ai/sdk',
    );
  }
  if (hasOnlyFetch(made)) {
    const port = telemetryFor(telemetry);
    const fetch =
      port.guard.run('options', () => observedFetchOf(made, createSeams(port).seams)) ?? made.fetch;
    return made.withOptions({ fetch }) as Client;
  }
  const { openTelemetry, middleware, maxRetries } = made;
  const { fetch } = made;
  // The copy keeps the SDK's default by itself.
  const custom = fetch === globalThis.fetch ? {} : { fetch };
  const { maxRetries: _, ...added } = withTelemetry(
    { openTelemetry, middleware, maxRetries, ...custom },
    telemetry,
  );
  return made.withOptions(added) as Client;
}
