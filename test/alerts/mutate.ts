/**
 * Changes every threshold, comparison, window, duration and label matcher of the pack, one at a time, and plays the boundary cases of the changed rule. A
 * change that no case notices is a limit that no test covers: exits 1, unless it changes nothing that can happen (see `support/equivalents.ts`).
 */
import { readOptions } from '../../dev/command-line.ts';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { boundariesOf } from './boundaries/index.ts';
import { ruleId, violations } from './support/boundary.ts';
import { equivalence } from './support/equivalents.ts';
import { mutantsOf } from './support/mutants.ts';
import { RULES } from './support/rules.ts';

const HELP = `Usage: npm run test:mutants -- [--rule TEXT] [--json]

Changes the alert rules, one place at a time, and shows which changes the boundary cases notice. Takes some minutes on two cores.

  --rule TEXT   rules whose name contains TEXT
  --json        print JSON
  --help        print this`;
const flags = readOptions(HELP, { rule: { type: 'string', default: '' }, json: { type: 'boolean' } });

await findPrometheusTools((line) => console.error(line));
const boundaries = boundariesOf(DEFAULT_CONFIG);
let [made, caught] = [0, 0];
const equivalent: string[] = [];
const missed: string[] = [];
for (const rule of RULES.filter((each) => ruleId(each).includes(flags.rule))) {
  const name = ruleId(rule);
  const mutants = mutantsOf(rule).map((mutant) => ({ of: rule, ...mutant }));
  const noticed = await violations(
    mutants,
    boundaries.filter((boundary) => boundary.rule === name),
  );
  made += mutants.length;
  caught += noticed.size;
  console.error(`${name}: ${noticed.size} of ${mutants.length} caught`);
  for (const mutant of mutants) {
    if (noticed.has(mutant)) continue;
    const reason = equivalence(name, mutant.change);
    if (reason) equivalent.push(`${name}: ${mutant.change} (${reason})`);
    else missed.push(`${name}: ${mutant.change}`);
  }
}

if (flags.json) console.log(JSON.stringify({ made, caught, equivalent, missed }));
else {
  for (const change of equivalent) console.log(`changes nothing: ${change}`);
  for (const change of missed) console.log(`NOT CAUGHT: ${change}`);
  console.log(
    `${caught} of ${made - equivalent.length} changes caught; ${equivalent.length} more change nothing`,
  );
}
if (missed.length > 0) process.exitCode = 1;
