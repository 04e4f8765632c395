/** What a rule of the pack says, before it is written as YAML for one of the rule engines. */
import type { Duration } from './config.ts';

/** How loud an alert is: `critical` pages, `warning` opens a ticket, `info` is kept, `none` is for the watchdog. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** Who has to act. `unknown` where the alert cannot tell; `none` where nobody. */
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

/** An alerting rule. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly severity: Severity;
  readonly fault: Fault;
  readonly for?: Duration;
  /** How long it goes on firing after its condition ended. */
  readonly keepFiringFor?: Duration;
  readonly summary: string;
  readonly description: string;
  /** The dashboard to open first. */
  readonly dashboard: DashboardUid;
  /** The panel of it, by title; the whole dashboard when absent. */
  readonly panel?: string;
  /** Whether its labels name a model, for the link to the dashboard. */
  readonly perModel?: boolean;
  /** Whether its labels name a service; so unless `false`. */
  readonly ofService?: boolean;
}

/** A recording rule. */
export interface RecordRule {
  readonly record: string;
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
