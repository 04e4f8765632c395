/**
 * The metric catalogue. It defines every metric that this package records once, in one file per area. Instruments, `docs/metrics.md`,
 * rules, dashboards and their tests are generated from it or checked against it.
 *
 * This package's own counters and gauges use only `{annotation}` units, because these give the same Prometheus name whether scraped
 * from the JS exporter or sent by OTLP (which appends `_seconds`, `_ratio`, `_USD` for real units). Histograms in seconds have
 * different names on the two paths: see `docs/metrics.md`.
 */
import { CALL_METRICS } from './catalogue/calls.ts';
import { DETECTION_METRICS } from './catalogue/detection.ts';
import { INFERENCE_METRICS } from './catalogue/inference.ts';
import { PROCESS_METRICS } from './catalogue/process.ts';
import { RATE_LIMIT_METRICS } from './catalogue/rate-limits.ts';
import { RESILIENCE_METRICS } from './catalogue/resilience.ts';
import { USAGE_METRICS } from './catalogue/usage.ts';

/** Every metric of this package, by its short name. */
export const METRICS = {
  ...INFERENCE_METRICS,
  ...CALL_METRICS,
  ...RATE_LIMIT_METRICS,
  ...USAGE_METRICS,
  ...DETECTION_METRICS,
  ...RESILIENCE_METRICS,
  ...PROCESS_METRICS,
} as const;

/** A metric's short name, as the code uses it. */
export type MetricKey = keyof typeof METRICS;

/** The attribute keys that points of a metric can carry. */
export type AttributeOf<Key extends MetricKey> = (typeof METRICS)[Key]['attributes'][number];
