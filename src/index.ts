/** OpenTelemetry metrics, attempt spans and log records for the Claude SDK. */

export { withAttributes } from './attribution.ts';
export type { MonitoringConfig } from './cli/config/config.ts';
export { type MetricsHandler, type MetricsHandlerOptions, metricsHandler } from './metrics-handler.ts';
export type { Fault } from './model/errors.ts';
export { PRICES, PRICES_DATE, type Price, type PriceTable } from './model/prices.ts';
export { RETIREMENTS, RETIREMENTS_DATE, type RetirementTable } from './model/retirements.ts';
export { observe, withTelemetry } from './observe.ts';
export type { TelemetryOptions } from './options.ts';
export { METRICS, type MetricKey } from './signals/catalogue.ts';
export type { CallInfo, CallResult, HookAttributes, RequestHook, ResponseHook } from './signals/hooks.ts';
export type { LogFields, Logger } from './signals/logs.ts';
export {
  type MetricDefinition,
  type MetricKind,
  prometheusLabel,
  prometheusName,
} from './signals/metric-definition.ts';
