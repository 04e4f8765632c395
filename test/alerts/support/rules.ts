/** Parts of the pack, so that a test evaluates only what it tests. */
import { ruleFile, yaml } from '../../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../../src/mixin/alerts/config.ts';
import { ruleGroups } from '../../../src/mixin/alerts/groups.ts';
import { type AlertRule, isAlert, type RecordRule, type RuleGroup } from '../../../src/mixin/alerts/rule.ts';

const GROUPS = ruleGroups(DEFAULT_CONFIG);

/** Every alert of the pack. */
export const ALERTS: readonly AlertRule[] = GROUPS.flatMap(({ rules }) => rules).filter(isAlert);

/** Every record of the pack. */
export const RECORD_NAMES: readonly string[] = GROUPS.flatMap(({ rules }) => rules).flatMap((rule) =>
  isAlert(rule) ? [] : [rule.record],
);

/** The group of an alert or record, with that rule and the records that it reads, directly or not. */
export function groupOf(name: string): RuleGroup {
  const isIt = (rule: AlertRule | RecordRule) => (isAlert(rule) ? rule.alert : rule.record) === name;
  const group = GROUPS.find(({ rules }) => rules.some(isIt));
  if (!group) throw new Error(`no rule ${name}`);
  const wanted = group.rules.filter(isIt);
  for (const rule of group.rules.toReversed()) {
    if (!isAlert(rule) && wanted.some(({ expr }) => expr.includes(rule.record))) wanted.unshift(rule);
  }
  return { ...group, rules: group.rules.filter((rule) => wanted.includes(rule)) };
}

/** {@link groupOf} as a rule file. */
export function rulesOf(name: string): string {
  return yaml(ruleFile([groupOf(name)], DEFAULT_CONFIG));
}

/** The expression of an alert or record. */
export function expressionOf(name: string): string {
  return groupOf(name).rules.at(-1)?.expr ?? '';
}
