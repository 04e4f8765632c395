/** Reads what `register` needs from the environment. Standard `OTEL_*` variables first; own ones under `ANTHROPIC_OTEL_*`. */
import type { TelemetryOptions } from '../options.ts';

/** Where log records go: a standard stream, a file, or nowhere. */
export type LogTarget = 'stderr' | 'stdout' | 'none' | { readonly file: string };

/** Settings of `register`. */
export interface RegisterSettings {
  /** `OTEL_SDK_DISABLED=true`: do nothing. */
  readonly disabled: boolean;
  /** Serve metrics on a Prometheus endpoint. `undefined`: `OTEL_METRICS_EXPORTER` says otherwise. */
  readonly prometheus: { readonly host: string; readonly port: number } | undefined;
  /** Whether an `OTEL_*` variable asks for spans to be exported. */
  readonly traces: boolean;
  /** Whether an `OTEL_*` variable asks for log records to be exported. */
  readonly logs: boolean;
  readonly logTarget: LogTarget;
  readonly logLevel: string;
  /** The longest that a flush at exit may take, in milliseconds. */
  readonly shutdownTimeout: number;
  readonly telemetry: TelemetryOptions;
  /** What was wrong with a variable. It then has its default. */
  readonly warnings: readonly string[];
}

/** Default port of the Prometheus endpoint, as the OpenTelemetry specification has it. */
const DEFAULT_PORT = 9464;
const DEFAULT_SHUTDOWN_TIMEOUT = 3000;
const LOG_LEVELS = ['error', 'warn', 'info'];

/** Reads the settings from `env`. Never throws: a wrong value has its default, and a warning. */
export function readSettings(env: NodeJS.ProcessEnv): RegisterSettings {
  const warnings: string[] = [];
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = read(name)?.toLowerCase();
    if (value !== undefined && value !== 'true' && value !== 'false') {
      warnings.push(`expected ${name} to be true or false, got "${value}"; using ${otherwise}`);
    }
    return value === 'true' || (value !== 'false' && otherwise);
  };
  const whole = (name: string, otherwise: number, max: number): number => {
    const value = read(name);
    if (value === undefined) return otherwise;
    if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
    warnings.push(
      `expected ${name} to be a whole number from 1 to ${max}, got "${value}"; using ${otherwise}`,
    );
    return otherwise;
  };
  const asksFor = (signal: 'TRACES' | 'LOGS'): boolean =>
    read(`OTEL_${signal}_EXPORTER`) !== undefined ||
    read('OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined ||
    read(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) !== undefined;

  const level = read('ANTHROPIC_OTEL_LOG_LEVEL')?.toLowerCase() ?? 'info';
  if (!LOG_LEVELS.includes(level)) {
    warnings.push(`expected ANTHROPIC_OTEL_LOG_LEVEL to be error, warn or info, got "${level}"; using info`);
  }
  const models = read('ANTHROPIC_OTEL_MODELS')
    ?.split(',')
    .map((model) => model.trim())
    .filter(Boolean);
  const metricsExporter = read('OTEL_METRICS_EXPORTER') ?? 'prometheus';
  return {
    disabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    prometheus:
      metricsExporter === 'prometheus'
        ? {
            host: read('OTEL_EXPORTER_PROMETHEUS_HOST') ?? 'localhost',
            port: whole('OTEL_EXPORTER_PROMETHEUS_PORT', DEFAULT_PORT, 65_535),
          }
        : undefined,
    traces: asksFor('TRACES'),
    logs: asksFor('LOGS'),
    logTarget: logTarget(read('ANTHROPIC_OTEL_LOG')),
    logLevel: LOG_LEVELS.includes(level) ? level : 'info',
    shutdownTimeout: whole('ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT', DEFAULT_SHUTDOWN_TIMEOUT, 600_000),
    telemetry: {
      attemptSpans: flag('ANTHROPIC_OTEL_ATTEMPT_SPANS', true),
      captureContent: flag('ANTHROPIC_OTEL_CAPTURE_CONTENT', false),
      ...(models && { models }),
      ...(read('ANTHROPIC_OTEL_TIER') && { tier: read('ANTHROPIC_OTEL_TIER') }),
    },
    warnings,
  };
}

function logTarget(value: string | undefined): LogTarget {
  if (value === undefined || value === 'stderr') return 'stderr';
  return value === 'stdout' || value === 'none' ? value : { file: value };
}
