/**
 * Which adapters the SDK behind a client has. Found out once per client and by what the SDK does, not by its version:
 *
 * - It takes a tracer from the tap when the client is made: it makes call spans itself (0.134.0 and later).
 * - It runs middleware: its attempts are seen, and this package makes the call span (0.101.0 to 0.133.x).
 * - It does neither: its `fetch` is all there is (0.39.0 to 0.100.x).
 */
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import type { AdapterPort } from '../ports/adapter-port.ts';
import { VERSION } from '../signals/scope.ts';
import type { SdkClient, SdkOpenTelemetryOptions } from './sdk-shapes.ts';
import { resolveOpenTelemetry } from './span/sdk-open-telemetry.ts';
import { createTap } from './span/tap.ts';

/** The scope of the call spans that this package makes where the SDK makes none. */
const SCOPE = 'anthropic-otel/untraced';

/** The adapters of a tap, across copies of this package. */
const ADAPTERS = Symbol.for('anthropic-otel.adapters');

/** What is known of one client and its copies. */
export interface ClientAdapters {
  readonly port: AdapterPort;
  /** Makes the call spans of an SDK that makes none. */
  readonly tracer: Tracer;
  /** The same, for calls whose spans the application does not want, or has from elsewhere. */
  readonly hiddenTracer: Tracer;
  /** Whether the SDK took a tracer from the tap, and so makes its call spans itself. */
  sdkTraces: boolean;
  /** Whether the SDK runs middleware. */
  sdkRunsMiddleware: boolean;
}

/** A tap, and the adapters that it learns of. */
export interface AdaptersAndTap {
  readonly adapters: ClientAdapters;
  /** For the client's `openTelemetry` option. */
  readonly tap: TracerProvider;
}

/** Makes the adapters and the tap of a client whose `openTelemetry` option is `option`. */
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

/** The adapters behind an `openTelemetry` option whose tap this package made. */
export function adaptersOf(option: SdkOpenTelemetryOptions | false | undefined): ClientAdapters | undefined {
  const tap = option ? option.tracerProvider : undefined;
  return typeof tap === 'object' && tap !== null
    ? (tap as { [ADAPTERS]?: ClientAdapters })[ADAPTERS]
    : undefined;
}

/** Whether `fetch` is all that can be observed of `client`: its SDK makes no spans and runs no middleware. */
export function hasOnlyFetch({ openTelemetry, middleware, fetch }: SdkClient): boolean {
  return openTelemetry === undefined && !Array.isArray(middleware) && typeof fetch === 'function';
}

/** Whether the calls of a client are seen before its `fetch`: by the span of the SDK, or by the middleware. */
export function seenBeforeFetch({ sdkTraces, sdkRunsMiddleware }: ClientAdapters): boolean {
  return sdkTraces || sdkRunsMiddleware;
}
