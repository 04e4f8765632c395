/** The rule groups of the pack, in the order in which they are written. */

import type { AlertConfig } from './config.ts';
import { Queries } from './expressions.ts';
import {
  callRecords,
  costRecords,
  errorBudgetRecords,
  headroomRecords,
  latencyRecords,
  uptimeRecords,
} from './records.ts';
import type { RuleGroup } from './rule.ts';
import * as anthropic from './rules/anthropic.ts';
import * as configAndInput from './rules/config-and-input.ts';
import * as errorBudget from './rules/error-budget.ts';
import * as mission from './rules/mission.ts';
import * as money from './rules/money.ts';
import * as telemetry from './rules/telemetry.ts';
import * as traffic from './rules/traffic.ts';

/**
 * The rule groups for one configuration.
 *
 * Within a group, a record stands before the alerts that read it, and an alert before those that it silences:
 * rules of a group are evaluated in order, so nothing lags an interval behind and Alertmanager hears of the
 * cause first.
 */
export function ruleGroups(config: AlertConfig): RuleGroup[] {
  const q = new Queries(config);
  return [
    {
      name: 'anthropic-calls',
      rules: [
        mission.authenticationFailed(q),
        mission.consecutiveServerErrors(q),
        ...callRecords(q),
        mission.highErrorRate(q),
        mission.retriesExhausted(q),
        ...errorBudgetRecords(q),
        errorBudget.errorBudgetBurningFast(q),
        errorBudget.errorBudgetBurningSlow(q),
        ...headroomRecords(q),
        traffic.rateLimitSpike(q),
        traffic.rateLimited(q),
        traffic.rateLimitHeadroomLow(q),
        traffic.rateLimitExhaustionPredicted(q),
        anthropic.overloaded(q),
        anthropic.serverErrorsRetried(q),
        anthropic.streamsInterrupted(q),
        configAndInput.billingFailed(q),
        configAndInput.permissionDenied(q),
        configAndInput.modelNotFound(q),
        configAndInput.invalidRequests(q),
      ],
    },
    {
      name: 'anthropic-latency',
      // Medians of a day: once a minute is enough, and cheap.
      interval: '1m',
      rules: [...latencyRecords(q), anthropic.slowCalls(q), anthropic.slowFirstChunk(q)],
    },
    {
      name: 'anthropic-cost',
      interval: '1m',
      rules: [...costRecords(q), money.spendRateHigh(q), money.spendSpike(q), money.unpricedModel(q)],
    },
    {
      name: 'anthropic-telemetry',
      rules: [
        ...uptimeRecords(q),
        telemetry.targetDown(q),
        telemetry.telemetryAbsent(q),
        telemetry.telemetryErrors(q),
        telemetry.clientsUnobserved(q),
        telemetry.watchdog(),
      ],
    },
  ];
}
