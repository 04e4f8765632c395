/** The two functions that put telemetry into a client by its public options alone. */
import { diag } from '@opentelemetry/api';
import { createAdapters, hasOnlyFetch } from './adapters/client-adapters.ts';
import { addAdapters } from './adapters/client-options.ts';
import { observedFetchOf } from './adapters/fetch/client-fetch.ts';
import type { SdkClient, SdkClientOptions } from './adapters/sdk-shapes.ts';
import type { TelemetryOptions } from './options.ts';
import { telemetryFor } from './telemetry.ts';

/**
 * The names of the options that a client takes. Their values are checked where the result is used: a constructor with
 * overloads (Bedrock's) is asked for one after the other.
 */
type OptionsOf<Expected, Given> = {
  [Key in keyof Expected]?: Expected[Key] | (Key extends keyof Given ? Given[Key] : never);
};

/**
 * Client options with telemetry, for `new Anthropic(withTelemetry({ ... }))`. Uses the SDK's public `openTelemetry` and
 * `middleware` options and works in bundles. Your own values of both are kept.
 *
 * SDK versions before 0.101.0 have neither option, and are observed through `fetch`: for them, give your own
 * (`withTelemetry({ fetch })`), or use `observe` or the instrumentation, which find the client's default.
 *
 * The types follow where the result is used: as the argument of a client's constructor, an option that the client does not
 * have is an error as it is without this package.
 *
 * @param options the client options, as the SDK takes them
 * @param telemetry how to record; give the same object for all clients that belong together
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
  // So that the process is seen, and its series have a zero to start from, before its first call.
  port.start();
  // The SDK rejects `null`, with a message of its own.
  if (options === null) return options;
  const given: SdkClientOptions = options ?? {};
  const add = (): object => addAdapters(given, port);
  return port.guard.run('options', add) ?? given;
}

/**
 * A copy of `client` with telemetry, made by its own `withOptions`. The original stays as it is. An object that is no client, such as
 * the mock of a unit test, is returned as it is.
 *
 * @param client a client of `@anthropic-ai/sdk` or of its Bedrock, Vertex and Foundry packages
 * @param telemetry how to record; give the same object for all clients that belong together
 * @throws TypeError for a wrong telemetry option, when `client` is no object, or a client of an SDK that cannot copy it
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
    'anthropic-otel: `observe` was given what is no client of @anthropic-ai/sdk, such as a mock, and returns it as it is',
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
  // The copy keeps the SDK's default by itself.
  const custom = fetch === globalThis.fetch ? {} : { fetch };
  const { maxRetries: _, ...added } = withTelemetry(
    { openTelemetry, middleware, maxRetries, ...custom },
    telemetry,
  );
  return client.withOptions(added);
}

/** Whether there is something to observe `client` by, and it can be copied. */
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
