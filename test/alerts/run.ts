/**
 * Runs every scenario, as many random fleets as `--random N` states (20), and the boundary cases of random settings, and prints for each alerting rule in how many scenarios it fires, in how many of
 * these it also resolves or is silent, and in how many it must not fire. Exits 1 when a check fails or a cell is empty.
 */
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { boundariesOf } from './boundaries/index.ts';
import { randomScenarios, SCENARIOS } from './scenarios/index.ts';
import { ruleId, violations } from './support/boundary.ts';
import { randomConfig } from './support/random.ts';
import { ALERT_RULES, rulesOf } from './support/rules.ts';
import { type Failure, failuresOf } from './support/suite.ts';

const HELP = `Usage: npm run test:alerts -- [--random N] [--settings N] [--json]

Plays fleets that fail in known ways against the rules, with promtool, and prints what each alerting rule did. Then plays the boundary cases of random
settings. Takes three to four minutes.

  --random N     random fleets of each kind (default 20)
  --settings N   random settings (default 5)
  --json         print JSON
  --help         print this`;

const flags = readOptions(HELP, {
  random: { type: 'string', default: '20' },
  settings: { type: 'string', default: '5' },
  json: { type: 'boolean' },
});
const numberOf = (name: 'random' | 'settings'): number => {
  const number = Number(flags[name]);
  if (!Number.isInteger(number) || number < 0)
    endWithUsage(`--${name} takes a number, not "${flags[name]}"`, HELP);
  return number;
};
const [count, settings] = [numberOf('random'), numberOf('settings')];

await findPrometheusTools((line) => console.error(line));
const scenarios = [...SCENARIOS, ...randomScenarios(count)];
console.error(`${scenarios.length} scenarios`);
const failures: Failure[] = await failuresOf(scenarios);
for (let seed = 1; seed <= settings; seed++) {
  console.error(`random settings ${seed} of ${settings}`);
  const config = randomConfig(seed);
  const subjects = rulesOf(config).map((rule) => ({ of: rule, rule }));
  for (const [{ of }, text] of await violations(subjects, boundariesOf(config))) {
    failures.push({ scenario: `${ruleId(of)} with the random settings ${seed}`, text });
  }
}

const rows = ALERT_RULES.filter(({ alert }) => alert !== 'AnthropicWatchdog').map(({ alert, condition }) => {
  const name = condition ? `${alert}/${condition}` : alert;
  const fires = (firing: readonly string[]) => firing.some((text) => text.split(' ')[0] === name);
  const firing = scenarios.filter(({ checks }) => checks.some((check) => fires(check.firing)));
  const resolving = firing.filter(({ checks }) => checks.some((check) => !fires(check.firing)));
  return { name, fires: firing.length, resolves: resolving.length, silent: scenarios.length - firing.length };
});
const empty = rows.filter((row) => row.fires * row.resolves * row.silent === 0);

if (flags.json) {
  console.log(JSON.stringify({ scenarios: scenarios.length, settings, failures, rules: rows }));
} else {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`${'rule'.padEnd(width)}  fires  and ends  must be silent`);
  for (const row of rows) {
    const cells = [
      String(row.fires).padStart(5),
      String(row.resolves).padStart(8),
      String(row.silent).padStart(14),
    ];
    console.log(`${row.name.padEnd(width)}  ${cells.join('  ')}`);
  }
  for (const { scenario, text } of failures) console.error(`${scenario}: ${text}`);
  for (const { name } of empty) console.error(`${name}: a cell is empty`);
  console.log(
    `${scenarios.length} scenarios and ${settings} random settings, ${failures.length} checks failed, ${empty.length} rules with an empty cell`,
  );
}
if (failures.length + empty.length > 0) process.exitCode = 1;
