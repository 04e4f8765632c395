/** The two functions that add telemetry to a client through its public options. */
import { diag } from '@opentelemetry/api';
import { createAdapters, hasOnlyFetch } from './adapters/client-adapters.ts';
import { addAdapters } from './adapters/client-options.ts';
import { observedFetchOf } from './adapters/fetch/client-fetch.ts';
import type { SdkClient, SdkClientOptions } from './adapters/sdk-shapes.ts';
import type { TelemetryOptions } from './options.ts';
import { telemetryFor } from './telemetry.ts';

/**
 * The names of a client's options. TypeScript checks their values where the result is used, because it tries the
 * overloads of a constructor (such as Bedrock's) one after the other.
 */
type OptionsOf<Expected, Given> = {
  [Key in keyof Expected]?: Expected[Key] | (Key extends keyof Given ? Given[Key] : never);
};

/**
 * Returns client options with telemetry, for `new Anthropic(withTelemetry({ ... }))`. It uses the SDK's public `openTelemetry` and
 * `middleware` options, keeps your own values of both, and works in bundles.
 *
 * SDK versions before 0.101.0 have neither option, and are observed through `fetch`. For them, pass your own
 * (`withTelemetry({ fetch })`), or use `observe` or the instrumentation, which find the client's default.
 *
 * TypeScript checks the options where the result is used: as the argument of a client's constructor, an option that the client does not
 * have is an error, as it is without this package.
 *
 * @param options the client options, as the SDK takes them
 * @param telemetry how to record; pass the same object for all clients that belong together
 * @throws TypeError for a wrong telemetry option
 *
 * @example
 * const client = new Anthropic(withTelemetry({ timeout: 60_000 }, { logger }));
 */
export function withTelemetry<const Given extends object = Record<never, never>, Expected = unknown>(
  options?: unknown extends Expected ? Given : NoInfer<OptionsOf<Expected, Given>>,
  telemetry?: TelemetryOptions,
): unknown extends Expected ? Given : [Given] extends [Expected] ? Expected : Given;
export function withTelemetry(options?: object, telemetry?: TelemetryOptions): object {
  const port = telemetryFor(telemetry);
  // Makes the process visible, and gives its series a zero to start from, before its first call.
  port.start();
  // The SDK rejects `null`, with a message of its own.
  if (options === null) return options;
  const given: SdkClientOptions = options ?? {};
  const add = (): object => addAdapters(given, port);
  return port.guard.run('options', add) ?? given;
}

/**
 * Returns a copy of `client` with telemetry, which the client's own `withOptions` creates. The original does not change. An object that is
 * not a client, such as a mock in a unit test, is returned unchanged.
 *
 * @param client a client of `@anthropic-ai/sdk` or of its Bedrock, Vertex and Foundry packages
 * @param telemetry how to record; pass the same object for all clients that belong together
 * @throws TypeError for a wrong telemetry option, if `client` is not an object, or if its SDK cannot copy a client
 *
 * @example
 * const observed = observe(client, { logger });
 */
export function observe<Client extends object>(client: Client, telemetry?: TelemetryOptions): Client {
  if (!isObject(client)) {
    throw new TypeError('anthropic-otel: expected `client` to be a client of @anthropic-ai/sdk');
  }
  const { guard } = telemetryFor(telemetry);
  const made = client as unknown as SdkClient;
  if (guard.run('options', () => isOfAnSdkWithoutCopies(made))) {
    throw new TypeError(
      'anthropic-otel: this version of @anthropic-ai/sdk cannot copy a client; use `new Anthropic(withTelemetry({ fetch }))` or `AnthropicInstrumentation`',
    );
  }
  const copy = guard.run('options', () => (isClient(made) ? observedCopy(made, telemetry) : undefined));
  if (isObject(copy)) return copy as Client;
  diag.warn(
    'anthropic-otel: `observe` was called with an object that is not a client of @anthropic-ai/sdk, such as a mock, and returned it unchanged',
  );
  return client;
}

function observedCopy(client: SdkClient, telemetry: TelemetryOptions | undefined): unknown {
  if (hasOnlyFetch(client)) {
    return client.withOptions({
      fetch: observedFetchOf(client, createAdapters(telemetryFor(telemetry)).adapters),
    });
  }
  const { openTelemetry, middleware, maxRetries, fetch } = client;
  // The copy keeps the SDK's default without help.
  const custom = fetch === globalThis.fetch ? {} : { fetch };
  const { maxRetries: _, ...added } = withTelemetry(
    { openTelemetry, middleware, maxRetries, ...custom },
    telemetry,
  );
  return client.withOptions(added);
}

/** Whether `client` has something through which it can be observed, and can be copied. */
function isClient(client: SdkClient): boolean {
  const { withOptions, openTelemetry, middleware, fetch } = client;
  const hasAdapter = isObject(openTelemetry) || Array.isArray(middleware) || typeof fetch === 'function';
  return typeof withOptions === 'function' && hasAdapter;
}

function isOfAnSdkWithoutCopies(client: SdkClient): boolean {
  return client.withOptions === undefined && hasOnlyFetch(client) && typeof client.baseURL === 'string';
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
