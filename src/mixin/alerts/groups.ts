/** The rule groups of the pack, in the order in which they are written. */
import type { AlertConfig } from '../config.ts';
import { Queries } from './expressions.ts';
import { latencyRecords, recentRecords, replicaRecords, usageRecords } from './records.ts';
import { type AlertRule, isAlert, type RuleGroup, type Severity } from './rule.ts';
import * as attempts from './rules/attempts.ts';
import * as errorBudget from './rules/error-budget.ts';
import * as failures from './rules/failures.ts';
import * as money from './rules/money.ts';
import { requestsRejected } from './rules/rejected.ts';
import * as resilience from './rules/resilience.ts';
import * as responses from './rules/responses.ts';
import * as telemetry from './rules/telemetry.ts';
import * as waiting from './rules/waiting.ts';

/**
 * The rule groups for one configuration. Within a group, a record stands before the alerts that read it, and an alert before those that it
 * inhibits: rules of a group are evaluated in order, so nothing lags an interval behind and Alertmanager learns of the cause first.
 *
 * @throws TypeError when the configuration names an alert or a condition that does not exist.
 */
export function ruleGroups(config: AlertConfig): RuleGroup[] {
  const groups = allGroups(new Queries(config));
  const names = new Set(groups.flatMap(({ rules }) => rules.filter(isAlert).flatMap(namesOf)));
  for (const name of [...config.disabled, ...Object.keys(config.severities)]) {
    if (!names.has(name)) throw new TypeError(`There is no alert ${name}. Alerts: ${[...names].join(', ')}.`);
  }
  const isDisabled = (rule: AlertRule) => namesOf(rule).some((name) => config.disabled.includes(name));
  return groups.map((group) => ({
    ...group,
    rules: group.rules
      .filter((rule) => !isAlert(rule) || !isDisabled(rule))
      .map((rule) => (isAlert(rule) ? { ...rule, severity: severityOf(rule, config) } : rule)),
  }));
}

/** What a setting may call a rule: the name of its alert, or that and its condition. */
function namesOf({ alert, condition }: AlertRule): string[] {
  return condition ? [alert, `${alert}/${condition}`] : [alert];
}

function severityOf(rule: AlertRule, { severities }: AlertConfig): Severity {
  // The condition is more specific than the alert.
  const named = namesOf(rule).findLast((name) => Object.hasOwn(severities, name));
  return (named && severities[named]) || rule.severity;
}

function allGroups(q: Queries): RuleGroup[] {
  return [
    {
      name: 'anthropic-calls',
      rules: [
        ...recentRecords(q),
        failures.authenticationFailed(q),
        failures.consecutiveServerErrors(q),
        failures.highErrorRate(q),
        failures.retriesExhausted(q),
        failures.billingFailed(q),
        ...waiting.callsHanging(q),
        ...errorBudget.errorBudgetPages(q),
        ...attempts.retriesElevated(q),
        ...attempts.rateLimitPressure(q),
        ...requestsRejected(q),
        ...resilience.policiesDegraded(q),
        // After the pages, which inhibit them.
        ...errorBudget.errorBudgetTickets(q),
      ],
    },
    {
      // By process: once a minute, because it reads the attempts of every process again.
      name: 'anthropic-replicas',
      interval: '1m',
      rules: [...replicaRecords(q), failures.replicaFailing(q)],
    },
    {
      name: 'anthropic-latency',
      interval: '1m',
      rules: [...latencyRecords(q), ...waiting.slowCalls(q)],
    },
    {
      name: 'anthropic-usage',
      interval: '1m',
      rules: [
        ...usageRecords(q),
        ...money.spendHigh(q),
        ...responses.responsesChanged(q),
        ...responses.modelRetiring(q),
      ],
    },
    {
      name: 'anthropic-telemetry',
      interval: '1m',
      rules: [...telemetry.telemetryAbsent(q), ...telemetry.telemetryDegraded(q), telemetry.watchdog()],
    },
  ];
}
