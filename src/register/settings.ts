/**
 * Reads the settings of `register` from the environment: the standard `OTEL_*` variables first, then this package's own
 * `ANTHROPIC_OTEL_*` variables.
 */
import { isAttributionKey, KEY_FORM, MAX_DECLARED_KEYS, MAX_KEYS } from '../model/attribution.ts';
import type { TelemetryOptions } from '../options.ts';
import { prometheusLabel } from '../signals/metric-definition.ts';

/** The destination of log records: a standard stream, a file, or none. */
export type LogTarget = 'stderr' | 'stdout' | 'none' | { readonly file: string };

/** The metrics exporters that `OTEL_METRICS_EXPORTER` requests, and their settings. */
export interface MetricsSettings {
  /** Provide metrics in the Prometheus text format, and serve them if `endpoint` is set. `undefined` means off. */
  readonly prometheus:
    | { readonly host: string; readonly port: number; readonly endpoint: boolean }
    | undefined;
  /** Push metrics by OTLP with this protocol. `undefined` means off. */
  readonly otlp: OtlpProtocol | undefined;
  /** Print metrics to standard output. */
  readonly console: boolean;
  /** The interval between pushes, in milliseconds. */
  readonly interval: number;
  /** The maximum duration of a push, in milliseconds. */
  readonly timeout: number;
}

/** The protocols of OTLP. */
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

/** The settings of `register`. */
export interface RegisterSettings {
  /** `OTEL_SDK_DISABLED=true`: do nothing. */
  readonly disabled: boolean;
  readonly metrics: MetricsSettings;
  /** Whether an `OTEL_*` variable requests the export of spans. */
  readonly traces: boolean;
  /** Whether an `OTEL_*` variable requests the export of log records. */
  readonly logs: boolean;
  readonly logTarget: LogTarget;
  readonly logLevel: string;
  /** The maximum duration of a flush at exit, in milliseconds. */
  readonly shutdownTimeout: number;
  readonly telemetry: TelemetryOptions;
  /** Descriptions of invalid variables, which have their defaults. */
  readonly warnings: readonly string[];
}

/** The default port of the Prometheus endpoint in the OpenTelemetry specification. */
const DEFAULT_PORT = 9464;
const DEFAULT_SHUTDOWN_TIMEOUT = 3000;
const OTLP_PROTOCOLS = ['grpc', 'http/json', 'http/protobuf'] as const;
const DEFAULT_METRIC_INTERVAL = 60_000;
const DEFAULT_METRIC_TIMEOUT = 30_000;
/** A day, in milliseconds. */
const MAX_METRIC_INTERVAL = 86_400_000;
const METRICS_EXPORTERS = ['prometheus', 'otlp', 'console', 'none'];
const LOG_LEVELS = ['error', 'warn', 'info'];

/** Reads the settings from `env`. It never throws: an invalid value is replaced by its default, with a warning. */
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
  const asksFor = (signal: 'TRACES' | 'LOGS'): boolean => {
    const exporter = read(`OTEL_${signal}_EXPORTER`);
    if (exporter !== undefined) return exporter !== 'none';
    const endpoint = read(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? read('OTEL_EXPORTER_OTLP_ENDPOINT');
    return endpoint !== undefined;
  };

  const level = read('ANTHROPIC_OTEL_LOG_LEVEL')?.toLowerCase() ?? 'info';
  if (!LOG_LEVELS.includes(level)) {
    warnings.push(`expected ANTHROPIC_OTEL_LOG_LEVEL to be error, warn or info, got "${level}"; using info`);
  }
  const models = list(read('ANTHROPIC_OTEL_MODELS'));
  const named = new Set(list(read('OTEL_METRICS_EXPORTER')?.toLowerCase()));
  const unknown = [...named].filter((name) => !METRICS_EXPORTERS.includes(name));
  for (const name of unknown) named.delete(name);
  if (named.size === 0) named.add('prometheus');
  if (unknown.length > 0) {
    warnings.push(
      `expected OTEL_METRICS_EXPORTER to name prometheus, otlp, console or none, got "${unknown.join(',')}"; using ${[...named].join(',')}`,
    );
  }
  /** As in NodeSDK, `none` together with other exporters still means none. */
  const asks = (exporter: string): boolean => named.has(exporter) && !named.has('none');
  const protocol =
    (read('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL'))?.toLowerCase() ??
    'http/protobuf';
  const known = OTLP_PROTOCOLS.find((name) => name === protocol);
  if (asks('otlp') && !known) {
    warnings.push(
      `expected the OTLP protocol to be ${OTLP_PROTOCOLS.join(', ')}, got "${protocol}"; using http/protobuf`,
    );
  }
  return {
    disabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    metrics: {
      prometheus: asks('prometheus')
        ? {
            host: read('OTEL_EXPORTER_PROMETHEUS_HOST') ?? 'localhost',
            port: whole('OTEL_EXPORTER_PROMETHEUS_PORT', DEFAULT_PORT, 65_535),
            endpoint: flag('ANTHROPIC_OTEL_ENDPOINT', true),
          }
        : undefined,
      otlp: asks('otlp') ? (known ?? 'http/protobuf') : undefined,
      console: asks('console'),
      interval: whole('OTEL_METRIC_EXPORT_INTERVAL', DEFAULT_METRIC_INTERVAL, MAX_METRIC_INTERVAL),
      timeout: whole('OTEL_METRIC_EXPORT_TIMEOUT', DEFAULT_METRIC_TIMEOUT, MAX_METRIC_INTERVAL),
    },
    traces: asksFor('TRACES'),
    logs: asksFor('LOGS'),
    logTarget: logTarget(read('ANTHROPIC_OTEL_LOG')),
    logLevel: LOG_LEVELS.includes(level) ? level : 'info',
    shutdownTimeout: whole('ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT', DEFAULT_SHUTDOWN_TIMEOUT, 600_000),
    telemetry: {
      attemptSpans: flag('ANTHROPIC_OTEL_ATTEMPT_SPANS', true),
      captureContent: flag('ANTHROPIC_OTEL_CAPTURE_CONTENT', false),
      ...(models.length > 0 && { models }),
      attributionBaggage: flag('ANTHROPIC_OTEL_ATTRIBUTION_BAGGAGE', false),
      ...attributionSettings(read, warnings),
    },
    warnings,
  };
}

/** Drops invalid keys with a warning, and keeps the others. */
function attributionSettings(
  read: (name: string) => string | undefined,
  warnings: string[],
): Pick<TelemetryOptions, 'attributionKeys' | 'attributes'> {
  const keys = new Map<string, string>();
  for (const key of list(read('ANTHROPIC_OTEL_ATTRIBUTION_KEYS'))) {
    const label = prometheusLabel(key);
    if (isAttributionKey(key) && !keys.has(label) && keys.size < MAX_DECLARED_KEYS) keys.set(label, key);
    else {
      warnings.push(
        `expected ANTHROPIC_OTEL_ATTRIBUTION_KEYS to name at most ${MAX_DECLARED_KEYS} different keys, each of ${KEY_FORM}; ignoring "${key}"`,
      );
    }
  }
  const attributes: Record<string, string> = {};
  for (const pair of list(read('ANTHROPIC_OTEL_ATTRIBUTES'))) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    if (isAttributionKey(key.trim()) && value.trim() !== '' && Object.keys(attributes).length < MAX_KEYS) {
      attributes[key.trim()] = value.trim();
    } else {
      warnings.push(
        `expected ANTHROPIC_OTEL_ATTRIBUTES to be at most ${MAX_KEYS} pairs such as team=search,feature=chat; ignoring "${pair}"`,
      );
    }
  }
  return {
    ...(keys.size > 0 && { attributionKeys: [...keys.values()] }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

/** Splits a comma-separated list. */
function list(value: string | undefined): string[] {
  return (
    value
      ?.split(',')
      .map((each) => each.trim())
      .filter(Boolean) ?? []
  );
}

function logTarget(value: string | undefined): LogTarget {
  if (value === undefined || value === 'stderr') return 'stderr';
  return value === 'stdout' || value === 'none' ? value : { file: value };
}
