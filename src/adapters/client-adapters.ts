/**
 * Decides which adapters a client's SDK needs. The decision is made once per client, from what the SDK does, not from its version:
 *
 * - The SDK gets a tracer from the tap when the client is created: it creates call spans itself (0.134.0 and later).
 * - The SDK runs middleware: its attempts are seen, and this package creates the call span (0.101.0 to 0.133.x).
 * - The SDK does neither: only its `fetch` can be observed (0.39.0 to 0.100.x).
 */
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import type { AdapterPort } from '../ports/adapter-port.ts';
import { VERSION } from '../signals/scope.ts';
import type { SdkClient, SdkOpenTelemetryOptions } from './sdk-shapes.ts';
import { resolveOpenTelemetry } from './span/sdk-open-telemetry.ts';
import { createTap } from './span/tap.ts';

/** The scope of the call spans that this package creates because the SDK creates none. */
const SCOPE = 'anthropic-otel/untraced';

/** The adapters of a tap, across copies of this package. */
const ADAPTERS = Symbol.for('anthropic-otel.adapters');

/** The adapters of one client and its copies. */
export interface ClientAdapters {
  readonly port: AdapterPort;
  /** Creates the call spans for an SDK that creates none. */
  readonly tracer: Tracer;
  /** The same, for calls whose spans the application does not want, or already has. */
  readonly hiddenTracer: Tracer;
  /** Whether the SDK got a tracer from the tap, and so creates its call spans itself. */
  sdkTraces: boolean;
  /** Whether the SDK runs middleware. */
  sdkRunsMiddleware: boolean;
}

/** A tap, and the adapters that it updates. */
export interface AdaptersAndTap {
  readonly adapters: ClientAdapters;
  /** For the client's `openTelemetry` option. */
  readonly tap: TracerProvider;
}

/** Creates the adapters and the tap for a client whose `openTelemetry` option is `option`. */
export function createAdapters(port: AdapterPort, option?: SdkOpenTelemetryOptions | false): AdaptersAndTap {
  const { tracerProvider, enabled } = resolveOpenTelemetry(option);
  const settings = { port, tracerProvider, visible: enabled };
  const adapters: ClientAdapters = {
    port,
    tracer: createTap(settings).getTracer(SCOPE, VERSION),
    hiddenTracer: createTap({ ...settings, visible: false }).getTracer(SCOPE, VERSION),
    sdkTraces: false,
    sdkRunsMiddleware: false,
  };
  const onTracer = (): void => {
    adapters.sdkTraces = true;
  };
  return { adapters, tap: Object.assign(createTap({ ...settings, onTracer }), { [ADAPTERS]: adapters }) };
}

/** The adapters of an `openTelemetry` option that has a tap of this package. */
export function adaptersOf(option: SdkOpenTelemetryOptions | false | undefined): ClientAdapters | undefined {
  const tap = option ? option.tracerProvider : undefined;
  return typeof tap === 'object' && tap !== null
    ? (tap as { [ADAPTERS]?: ClientAdapters })[ADAPTERS]
    : undefined;
}

/** Whether only the `fetch` of `client` can be observed, because its SDK creates no spans and runs no middleware. */
export function hasOnlyFetch({ openTelemetry, middleware, fetch }: SdkClient): boolean {
  return openTelemetry === undefined && !Array.isArray(middleware) && typeof fetch === 'function';
}

/** Whether the calls of a client are seen before its `fetch`, through the SDK's span or the middleware. */
export function seenBeforeFetch({ sdkTraces, sdkRunsMiddleware }: ClientAdapters): boolean {
  return sdkTraces || sdkRunsMiddleware;
}
