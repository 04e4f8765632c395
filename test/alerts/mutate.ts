/**
 * Changes every threshold, comparison, window, duration and label matcher of the pack, one at a time, and runs
 * the cases of the alerts that read it. A change that no case notices is a rule that nobody tests: exits 1.
 * `npm run test:mutants -- NAME` does so for the rules whose name contains NAME.
 */

import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { ruleFile, yaml } from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/alerts/config.ts';
import { isAlert, type RuleGroup } from '../../src/mixin/alerts/rule.ts';
import { ALERT_CASES } from './cases/index.ts';
import { type AlertCase, promtoolTest } from './support/case.ts';
import { equivalence } from './support/equivalents.ts';
import { type Mutant, mutantsOf } from './support/mutants.ts';
import { testRules } from './support/promtool.ts';
import { recordAlert, recordCases } from './support/record-cases.ts';
import { ALERTS, groupOf } from './support/rules.ts';

/** A mutant within the rules that are needed to test it, every rule renamed by a suffix. */
interface Subject {
  readonly mutant: Mutant;
  readonly name: string;
  readonly alert: string;
  readonly group: RuleGroup;
}

await findPrometheusTools((line) => console.error(line));
const wanted = process.argv[2] ?? '';
const survivors = new Map<string, Subject[]>();
let total = 0;
let caught = 0;
let equivalent = 0;

// Two at a time: promtool mostly uses one core.
const queue = [...new Set(ALERTS.map(({ alert }) => groupOf(alert).name))];
await Promise.all(Array.from({ length: 2 }, work));

async function work(): Promise<void> {
  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    for (const { alert } of ALERTS) if (groupOf(alert).name === group) await mutate(alert);
  }
}

/** Mutates an alert and the records that it reads. */
async function mutate(alert: string): Promise<void> {
  for (const rule of groupOf(alert).rules) {
    const name = isAlert(rule) ? rule.alert : rule.record;
    if (!name.includes(wanted)) continue;
    const subjects = mutantsOf(rule).map((mutant, i) => subject(mutant, name, alert, i));
    // What an earlier alert caught needs no second proof; what it missed, this one may catch.
    const open = survivors.get(name);
    const todo = open
      ? subjects.filter((s) => open.some((o) => o.mutant.change === s.mutant.change))
      : subjects;
    if (!open) total += todo.length;
    const began = performance.now();
    const missed = await survivorsOf(
      isAlert(rule) || open ? todo : await missedByScenarios(todo),
      alert,
      casesOf(alert),
    );
    survivors.set(name, missed);
    const took = Math.round((performance.now() - began) / 1000);
    console.error(
      `${name} by the cases of ${alert}: ${todo.length - missed.length} of ${todo.length} caught (${took} s)`,
    );
  }
}

for (const [name, subjects] of survivors) {
  for (const { mutant } of subjects) {
    const reason = equivalence(name, mutant.change);
    if (reason) equivalent++;
    console.log(`${reason ? `equivalent (${reason})` : 'NOT CAUGHT'}: ${name}: ${mutant.change}`);
  }
}
caught = total - [...survivors.values()].flat().length;
console.log(
  `${caught} of ${total - equivalent} changes caught (${total} made, ${equivalent} of them change nothing)`,
);
if (caught < total - equivalent) process.exitCode = 1;

function subject(mutant: Mutant, name: string, alert: string, index: number): Subject {
  const suffix = `M${index}`;
  const group = groupOf(alert);
  const records = group.rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
  // Longest first: one name may begin another.
  const rename = (expr: string) =>
    records
      .toSorted((a, b) => b.length - a.length)
      .reduce((text, record) => text.replaceAll(record, `${record}${suffix}`), expr);
  const rules = group.rules.map((original) => {
    const rule = (isAlert(original) ? original.alert : original.record) === name ? mutant.rule : original;
    if (isAlert(rule)) return { ...rule, expr: rename(rule.expr) };
    return { record: `${rule.record}${suffix}`, expr: rename(rule.expr) };
  });
  return {
    mutant,
    name,
    alert: `${alert}${suffix}`,
    group: { ...group, name: `${group.name}${suffix}`, rules },
  };
}

function casesOf(alert: string): AlertCase[] {
  return ALERT_CASES.filter((test) => test.alert === alert);
}

/** The mutants of a record that no birth scenario notices. They are cheap, so they come first. */
async function missedByScenarios(subjects: readonly Subject[]): Promise<Subject[]> {
  const shown = subjects.map((original) => {
    const suffix = original.group.name.match(/M\d+$/)?.[0] ?? '';
    const alert = recordAlert(original.name + suffix);
    const records = original.group.rules.filter((rule) => !isAlert(rule));
    const group = { ...original.group, rules: [...records, alert] };
    return { original, subject: { ...original, alert: alert.alert + suffix, group } };
  });
  const missed = await survivorsOf(
    shown.map(({ subject: one }) => one),
    'RecordCounts',
    recordCases(subjects[0]?.name ?? ''),
  );
  return shown.filter(({ subject: one }) => missed.includes(one)).map(({ original }) => original);
}

/** The subjects that no case notices. Cases run one after the other, each on what the ones before missed. */
async function survivorsOf(
  subjects: Subject[],
  alert: string,
  cases: readonly AlertCase[],
): Promise<Subject[]> {
  let alive = subjects;
  for (const test of cases) {
    if (alive.length === 0) break;
    const file = ruleFile(
      alive.map(({ group }) => group),
      DEFAULT_CONFIG,
    );
    // Renamed here, not before: the links in the text carry the original name.
    const text = alive.reduce(
      (rules, { group, alert: renamed }) => renameAlert(rules, group.name, alert, renamed),
      yaml(file),
    );
    const names = alive.map((candidate) => candidate.alert);
    const { failures, output } = await testRules(text, [promtoolTest(test, names)], `${test.step}s`);
    if (failures.length === 0 && /error|fail/i.test(output)) throw new Error(output.slice(0, 2000));
    const noticed = new Set(failures.flatMap(({ check }) => check.match(/\w+M\d+/g) ?? []));
    alive = alive.filter((candidate) => !noticed.has(candidate.alert));
  }
  return alive;
}

/** Renames the alert in one group of a rule file. */
function renameAlert(rules: string, group: string, alert: string, renamed: string): string {
  const start = rules.indexOf(`- name: ${group}\n`);
  const at = rules.indexOf(`alert: ${alert}\n`, start);
  const line = `alert: ${alert}\n`;
  return `${rules.slice(0, at)}alert: ${renamed}\n${rules.slice(at + line.length)}`;
}
