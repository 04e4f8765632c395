/** What a rule of the pack is, before it is written as YAML for one of the rule engines. */
import type { Duration, Severity } from '../config.ts';

export type { Severity };

/** Who has to act. `unknown` where the alert cannot decide; `none` where no one has to. */
export type Fault =
  | 'config'
  | 'traffic'
  | 'input'
  | 'network'
  | 'anthropic'
  | 'application'
  | 'telemetry'
  | 'unknown'
  | 'none';

/** The dashboards of this package, by uid. */
export type DashboardUid =
  | 'anthropic-triage'
  | 'anthropic-errors'
  | 'anthropic-latency'
  | 'anthropic-rate-limits'
  | 'anthropic-cost'
  | 'anthropic-telemetry';

/** An alerting rule. Rules of one alert share its name, and differ in their condition. */
export interface AlertRule {
  readonly alert: string;
  /** Which of the conditions of the alert this is, as a label; absent where it has one only. */
  readonly condition?: string;
  /** One sentence that explains the expression, written beside the rule. */
  readonly note: string;
  readonly expr: string;
  readonly severity: Severity;
  readonly fault: Fault;
  readonly for?: Duration;
  /** How long it keeps firing after its condition ended. */
  readonly keepFiringFor?: Duration;
  readonly summary: string;
  readonly description: string;
  /** A query for the most common kind of failure, whose text the description ends with. Not for Grafana, whose templates cannot query. */
  readonly leadingKind?: string;
  /** The dashboard to open first. */
  readonly dashboard: DashboardUid;
  /** Whether its labels can name a model, for the link to the dashboard. */
  readonly perModel?: boolean;
  /** Whether its labels name a service; so unless `false`. */
  readonly ofService?: boolean;
}

/** A recording rule. */
export interface RecordRule {
  readonly record: string;
  /** One sentence that explains the expression, written beside the rule. */
  readonly note: string;
  readonly expr: string;
}

/** Rules that are evaluated one after the other: a later one sees what an earlier one recorded. */
export interface RuleGroup {
  readonly name: string;
  readonly interval?: Duration;
  readonly rules: readonly (AlertRule | RecordRule)[];
}

/** Whether a rule is an alert. */
export function isAlert(rule: AlertRule | RecordRule): rule is AlertRule {
  return 'alert' in rule;
}
