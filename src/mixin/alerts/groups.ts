/** The rule groups of the pack, in the order in which they are written. */
import type { AlertConfig } from '../config.ts';
import { Queries } from './expressions.ts';
import { counterRecords, latencyRecords, recentRecords } from './records.ts';
import { isAlert, type RuleGroup } from './rule.ts';
import * as attempts from './rules/attempts.ts';
import * as errorBudget from './rules/error-budget.ts';
import * as failures from './rules/failures.ts';
import * as money from './rules/money.ts';
import * as resilience from './rules/resilience.ts';
import * as responses from './rules/responses.ts';
import * as telemetry from './rules/telemetry.ts';
import * as waiting from './rules/waiting.ts';

/**
 * The rule groups for one configuration. Within a group, a record stands before the alerts that read it, and an alert before those that it
 * inhibits: rules of a group are evaluated in order, so nothing lags an interval behind and Alertmanager learns of the cause first.
 *
 * @throws TypeError when the configuration names an alert that does not exist.
 */
export function ruleGroups(config: AlertConfig): RuleGroup[] {
  const groups = allGroups(new Queries(config));
  const names = new Set(groups.flatMap(({ rules }) => rules.filter(isAlert).map(({ alert }) => alert)));
  for (const name of [...config.disabled, ...Object.keys(config.severities)]) {
    if (!names.has(name)) throw new TypeError(`There is no alert ${name}. Alerts: ${[...names].join(', ')}.`);
  }
  return groups.map((group) => ({
    ...group,
    rules: group.rules
      .filter((rule) => !isAlert(rule) || !config.disabled.includes(rule.alert))
      .map((rule) =>
        isAlert(rule) ? { ...rule, severity: config.severities[rule.alert] ?? rule.severity } : rule,
      ),
  }));
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
        ...errorBudget.errorBudgetBurningFast(q),
        failures.replicaFailing(q),
        ...attempts.retriesElevated(q),
        ...attempts.rateLimitPressure(q),
        attempts.invalidRequests(q),
        failures.permissionDenied(q),
        failures.modelNotFound(q),
        ...resilience.policiesDegraded(q),
        // After the fast one, which inhibits it.
        ...errorBudget.errorBudgetBurningSlow(q),
      ],
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
        ...counterRecords(q),
        ...money.spendHigh(q),
        responses.stopReasonsChanged(q),
        responses.cacheHitsDropped(q),
        responses.modelSubstituted(q),
        ...responses.modelRetiring(q),
      ],
    },
    {
      name: 'anthropic-telemetry',
      interval: '1m',
      rules: [
        ...telemetry.telemetryAbsent(q),
        telemetry.telemetryErrors(q),
        telemetry.clientsUnobserved(q),
        telemetry.watchdog(),
      ],
    },
  ];
}
