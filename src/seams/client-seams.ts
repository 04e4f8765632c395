/**
 * Which seams the SDK behind a client has. Found out once per client and by what the SDK does, not by its version:
 *
 * - It takes a tracer from our tap when the client is made: it makes call spans itself (0.134.0 and later).
 * - It runs our middleware: it has attempts to show, and we make the call span (0.101.0 to 0.133.x).
 * - It does neither: its `fetch` is all there is (0.39.0 to 0.100.x).
 */
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import type { SeamPort } from '../ports/seam-port.ts';
import { VERSION } from '../signals/scope.ts';
import type { SdkOpenTelemetryOptions } from './sdk-shapes.ts';
import { settleOpenTelemetry } from './span/sdk-open-telemetry.ts';
import { createTap } from './span/tap.ts';

/** The scope of the call spans that we make where the SDK makes none. */
const SCOPE = 'anthropic-otel/untraced';

/** The seams of a tap, across copies of this package. */
const SEAMS = Symbol.for('anthropic-otel.seams');

/** What is known of one client and its copies. */
export interface ClientSeams {
  readonly port: SeamPort;
  /** Makes the call spans of an SDK that makes none. */
  readonly tracer: Tracer;
  /** The same, for calls whose spans the application does not want, or has from elsewhere. */
  readonly hiddenTracer: Tracer;
  /** Whether the SDK took a tracer from our tap, and so makes its call spans itself. */
  sdkTraces: boolean;
  /** Whether the SDK runs our middleware. */
  sdkRunsMiddleware: boolean;
}

/** A tap, and the seams that it learns of. */
export interface SeamsAndTap {
  readonly seams: ClientSeams;
  /** For the client's `openTelemetry` option. */
  readonly tap: TracerProvider;
}

/** Makes the seams and the tap of a client whose `openTelemetry` option is `option`. */
export function createSeams(port: SeamPort, option?: SdkOpenTelemetryOptions | false): SeamsAndTap {
  const { tracerProvider, enabled } = settleOpenTelemetry(option);
  const settings = { port, tracerProvider, visible: enabled };
  const seams: ClientSeams = {
    port,
    tracer: createTap(settings).getTracer(SCOPE, VERSION),
    hiddenTracer: createTap({ ...settings, visible: false }).getTracer(SCOPE, VERSION),
    sdkTraces: false,
    sdkRunsMiddleware: false,
  };
  const onTracer = (): void => {
    seams.sdkTraces = true;
  };
  return { seams, tap: Object.assign(createTap({ ...settings, onTracer }), { [SEAMS]: seams }) };
}

/** The seams behind an `openTelemetry` option whose tap this package made. */
export function seamsOf(option: SdkOpenTelemetryOptions | false | undefined): ClientSeams | undefined {
  const tap = option ? option.tracerProvider : undefined;
  return typeof tap === 'object' && tap !== null ? (tap as { [SEAMS]?: ClientSeams })[SEAMS] : undefined;
}
