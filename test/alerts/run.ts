/**
 * Runs every case of every alert and prints what was proved: one row for each alert, one column for each thing
 * that a page-worthy rule must do. Exits 1 when a case fails or a cell is empty.
 */

import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { rulesYaml } from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/alerts/config.ts';
import { ALERT_CASES } from './cases/index.ts';
import { type AlertCase, ASPECTS, type Aspect, promtoolTest } from './support/case.ts';
import { fleetCases } from './support/fleet.ts';
import { testRules } from './support/promtool.ts';
import { ALERTS, rulesOf } from './support/rules.ts';

/** Fires always: there is nothing that it could stay silent on. */
const WATCHDOG = 'AnthropicWatchdog';
/** Compares with the day before, so its fleet needs one. */
const NEEDS_A_DAY = 'AnthropicSpendSpike';

const passed = new Map<string, number>();
const failed: string[] = [];
const key = (alert: string, aspect: Aspect) => `${alert}/${aspect}`;

function count(test: AlertCase, ok: boolean, alert = test.alert): void {
  if (!ok) failed.push(`${alert}: ${test.name}`);
  else
    for (const aspect of test.proves)
      passed.set(key(alert, aspect), (passed.get(key(alert, aspect)) ?? 0) + 1);
}

await findPrometheusTools((line) => console.error(line));

for (const [index, { alert }] of ALERTS.entries()) {
  console.error(`${index + 1}/${ALERTS.length} ${alert}`);
  for (const test of ALERT_CASES.filter((candidate) => candidate.alert === alert)) {
    const result = await testRules(rulesOf(alert), [promtoolTest(test)], `${test.step}s`);
    count(test, result.passed);
  }
}

console.error('idle, deploys, restarts');
// All alerts share the series of a life of the fleet: one run for all of them.
const silent = ALERTS.map(({ alert }) => alert).filter(
  (alert) => alert !== WATCHDOG && alert !== NEEDS_A_DAY,
);
for (const life of fleetCases('the pack')) {
  const { failures } = await testRules(
    rulesYaml(DEFAULT_CONFIG),
    [promtoolTest(life, silent)],
    `${life.step}s`,
  );
  for (const alert of silent) count(life, !failures.some(({ check }) => check.includes(`${alert},`)), alert);
}
for (const life of fleetCases(NEEDS_A_DAY, 25.5)) {
  count(life, (await testRules(rulesOf(NEEDS_A_DAY), [promtoolTest(life)], `${life.step}s`)).passed);
}

const cell = (alert: string, aspect: Aspect): string => {
  if (alert === WATCHDOG && aspect !== 'fires') return 'by design';
  const cases = passed.get(key(alert, aspect));
  return cases ? `${cases} ok` : '';
};
const rows = ALERTS.map(({ alert }) => [alert, ...ASPECTS.map((aspect) => cell(alert, aspect))]);
const table = [['alert', ...ASPECTS], ...rows];
const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
for (const row of table) console.log(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));

const empty = rows.flatMap(([alert, ...cells]) =>
  ASPECTS.filter((_, i) => cells[i] === '').map((aspect) => `${alert}: no case shows "${aspect}"`),
);
for (const problem of [...failed, ...empty]) console.error(problem);
console.log(
  `${rows.length} alerts, ${[...passed.values()].reduce((a, b) => a + b, 0)} proofs, ${failed.length} failed, ${empty.length} missing`,
);
if (failed.length + empty.length > 0) process.exitCode = 1;
