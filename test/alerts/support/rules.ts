/** The pack, as the tests look at it. */

import { ruleGroups } from '../../../src/mixin/alerts/groups.ts';
import { type AlertRule, isAlert, type RecordRule } from '../../../src/mixin/alerts/rule.ts';
import { type AlertConfig, DEFAULT_CONFIG } from '../../../src/mixin/config.ts';

/** Every rule of the pack with some settings. */
export function rulesOf(config: AlertConfig): (AlertRule | RecordRule)[] {
  return ruleGroups(config).flatMap(({ rules }) => rules);
}

/** Every rule of the pack. */
export const RULES: readonly (AlertRule | RecordRule)[] = rulesOf(DEFAULT_CONFIG);

/** Every alerting rule: one or more for each alert. */
export const ALERT_RULES: readonly AlertRule[] = RULES.filter(isAlert);

/** The first rule of every alert. */
export const ALERTS: readonly AlertRule[] = ALERT_RULES.filter(
  ({ alert }, i) => ALERT_RULES.findIndex((other) => other.alert === alert) === i,
);

/** Every record of the pack. */
export const RECORD_NAMES: readonly string[] = RULES.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
