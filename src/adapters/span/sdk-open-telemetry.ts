/** Resolves the SDK's `openTelemetry` option as the SDK does, so that adding a tracer provider changes nothing else. */
import type { SdkOpenTelemetryOptions } from '../sdk-shapes.ts';

/** The `openTelemetry` option with every field resolved. */
export interface ResolvedOpenTelemetry {
  readonly tracerProvider: SdkOpenTelemetryOptions['tracerProvider'];
  readonly propagation: boolean;
  readonly enabled: boolean;
  readonly contentMode: 'metadata_only' | 'content' | undefined;
  readonly maxContentBytes: number | undefined;
}

/**
 * Resolves `option`. Like the SDK, it reads the environment variables `ANTHROPIC_OPEN_TELEMETRY*` only for a client
 * without the option (`resolveOpenTelemetryOptions` in `@anthropic-ai/sdk` 1.11.0).
 */
export function resolveOpenTelemetry(
  option: SdkOpenTelemetryOptions | false | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ResolvedOpenTelemetry {
  const given = option === false ? { traces: false } : (option ?? fromEnv(env));
  const { tracerProvider, propagation, traces } = given;
  const settings = typeof traces === 'boolean' ? { enabled: traces } : (traces ?? {});
  return {
    tracerProvider,
    propagation: propagation ?? true,
    enabled: settings.enabled ?? true,
    contentMode: settings.contentMode,
    maxContentBytes: settings.maxContentBytes,
  };
}

function fromEnv(env: NodeJS.ProcessEnv): SdkOpenTelemetryOptions {
  const read = (name: string): string | undefined => env[name]?.trim().toLowerCase();
  const bytes = /^\d+$/.exec(read('ANTHROPIC_OPEN_TELEMETRY_TRACES_MAX_CONTENT_BYTES') ?? '')?.[0];
  return {
    propagation: read('ANTHROPIC_OPEN_TELEMETRY_PROPAGATION') !== 'false',
    traces: {
      enabled: read('ANTHROPIC_OPEN_TELEMETRY') !== 'false',
      contentMode:
        read('ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE') === 'content' ? 'content' : 'metadata_only',
      maxContentBytes: bytes === undefined ? undefined : Number(bytes),
    },
  };
}
