/** Defines metrics, and their names in Prometheus. */

/** The kind of instrument that records a metric. */
export type MetricKind = 'counter' | 'up_down_counter' | 'observable_gauge' | 'histogram';

/** One metric: its name, its instrument, and what it measures. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM unit. */
  readonly unit: string;
  readonly description: string;
  /** Every attribute key that a point of the metric can carry. */
  readonly attributes: readonly string[];
  /** Histogram bucket boundaries, in the metric's unit. */
  readonly boundaries?: readonly number[];
  /** Whether the values are whole numbers. */
  readonly integer?: boolean;
  /** Whether points also carry the attribution keys of the application: see `TelemetryOptions.attributionKeys`. */
  readonly attribution?: boolean;
}

/**
 * The Prometheus name of a metric, as the JS exporter writes it: every character outside `[A-Za-z0-9_]` becomes `_`, counters end in
 * `_total`, and there is no unit suffix.
 */
export function prometheusName(definition: Pick<MetricDefinition, 'name' | 'kind'>): string {
  const base = prometheusLabel(definition.name);
  return definition.kind === 'counter' ? `${base}_total` : base;
}

/** The Prometheus label of an attribute key. */
export function prometheusLabel(attribute: string): string {
  return attribute.replace(/[^A-Za-z0-9_]+/g, '_');
}
