/**
 * Changes every threshold, comparison, window, duration and label matcher of the pack, one at a time, and plays the scenarios of the alerts that read it. A
 * change that no scenario notices is a rule that nobody tests: exits 1, unless it changes nothing that can happen (see `support/equivalents.ts`).
 */
import { readOptions } from '../../dev/command-line.ts';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { ruleFile, yaml } from '../../src/mixin/alerts/build.ts';
import { type AlertRule, isAlert, type RecordRule } from '../../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { ATTEMPTS, LONG, TIME } from './scenarios/attempts.ts';
import { FAILURES } from './scenarios/failures.ts';
import { BUDGETS, FLEETS } from './scenarios/fleet.ts';
import { BURNS, LIMITS } from './scenarios/limits.ts';
import { POLICIES } from './scenarios/policies.ts';
import { equivalence } from './support/equivalents.ts';
import { type Mutant, mutantsOf } from './support/mutants.ts';
import { testRules } from './support/promtool.ts';
import { RULES } from './support/rules.ts';
import { labelsOf, promtoolTest, type Scenario } from './support/scenario.ts';

const HELP = `Usage: npm run test:mutants -- [--rule TEXT] [--json]

Changes the alert rules, one place at a time, and shows which changes the scenarios notice. Takes half an hour on two cores.

  --rule TEXT   rules whose name contains TEXT
  --json        print JSON
  --help        print this`;
const flags = readOptions(HELP, { rule: { type: 'string', default: '' }, json: { type: 'boolean' } });

type Rule = AlertRule | RecordRule;
const nameOf = (rule: Rule) => (isAlert(rule) ? rule.alert : rule.record);
const idOf = (rule: Rule) =>
  isAlert(rule) && rule.condition ? `${rule.alert}/${rule.condition}` : nameOf(rule);
const reads = (rule: Rule, record: Rule) =>
  !isAlert(record) && new RegExp(`(?<![\\w:])${record.record}(?![\\w:])`).test(rule.expr);

/** A changed rule, with everything that reads it under other names. */
interface Subject {
  readonly mutant: Mutant;
  readonly suffix: string;
  readonly rules: readonly Rule[];
}

/** One rule, and what became of its changes. */
interface Outcome {
  readonly rule: string;
  readonly made: number;
  readonly equivalent: readonly string[];
  readonly missed: readonly string[];
}

await findPrometheusTools((line) => console.error(line));
const queue = RULES.filter((rule) => idOf(rule).includes(flags.rule));
const outcomes: Outcome[] = [];
const work = async (): Promise<void> => {
  for (let rule = queue.shift(); rule; rule = queue.shift()) {
    const outcome = await mutate(rule);
    outcomes.push(outcome);
    const caught = outcome.made - outcome.missed.length - outcome.equivalent.length;
    console.error(`${outcome.rule}: ${caught} of ${outcome.made} caught`);
    for (const change of outcome.missed) console.error(`  not caught: ${change}`);
  }
};
await Promise.all([work(), work()]);

const total = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
const [made, missed, equivalent] = [
  total((each) => each.made),
  total((each) => each.missed.length),
  total((each) => each.equivalent.length),
];
if (flags.json) console.log(JSON.stringify(outcomes));
else {
  for (const outcome of outcomes) {
    for (const change of outcome.equivalent) console.log(`changes nothing: ${outcome.rule}: ${change}`);
    for (const change of outcome.missed) console.log(`NOT CAUGHT: ${outcome.rule}: ${change}`);
  }
  console.log(
    `${made - missed - equivalent} of ${made - equivalent} changes caught; ${equivalent} more change nothing`,
  );
}
if (missed > 0) process.exitCode = 1;

async function mutate(rule: Rule): Promise<Outcome> {
  const chain = dependents(rule);
  const subjects = mutantsOf(rule).map((mutant, i) => subjectOf(mutant, chain, `M${i}`));
  const alive = await survivors(subjects, chain);
  const reasons = alive.map(({ mutant }) => ({ ...mutant, reason: equivalence(idOf(rule), mutant.change) }));
  return {
    rule: idOf(rule),
    made: subjects.length,
    equivalent: reasons.flatMap(({ change, reason }) => (reason ? [`${change} (${reason})`] : [])),
    missed: reasons.flatMap(({ change, reason }) => (reason ? [] : [change])),
  };
}

/** `rule`, and the rules that read it, directly or not, in the order of the pack. */
function dependents(rule: Rule): Rule[] {
  const chain = [rule];
  // Twice: a record of another group can stand before what it reads.
  for (let i = 0; i < 2; i++) {
    for (const other of RULES) {
      if (!chain.includes(other) && chain.some((record) => reads(other, record))) chain.push(other);
    }
  }
  return RULES.filter((each) => chain.includes(each));
}

function subjectOf(mutant: Mutant, chain: readonly Rule[], suffix: string): Subject {
  const records = chain.filter((each) => !isAlert(each)).map(nameOf);
  const rename = (expr: string) =>
    records.reduce(
      (text, record) =>
        text.replaceAll(new RegExp(`(?<![\\w:])${record}(?![\\w:])`, 'g'), `${record}${suffix}`),
      expr,
    );
  const rules = chain.map((original) => {
    const changed = idOf(original) === idOf(mutant.rule) ? mutant.rule : original;
    const expr = rename(changed.expr);
    return isAlert(changed)
      ? { ...changed, expr, alert: `${changed.alert}${suffix}` }
      : { ...changed, expr, record: `${changed.record}${suffix}` };
  });
  return { mutant, suffix, rules };
}

/** The subjects that no scenario notices. */
async function survivors(subjects: readonly Subject[], chain: readonly Rule[]): Promise<Subject[]> {
  const alerts = chain.filter(isAlert);
  const ids = new Set(alerts.map(idOf));
  const concerns = (scenario: Scenario) =>
    scenario.checks.some(({ firing }) => firing.some((text) => ids.has(text.split(' ')[0] ?? '')));
  const families = [FAILURES, ATTEMPTS, TIME, LONG, POLICIES, FLEETS, LIMITS, [...BUDGETS, ...BURNS]].filter(
    (family) => family.some(concerns),
  );
  const scenarios = families.flat().toSorted((a, b) => Number(concerns(b)) - Number(concerns(a)));
  let alive = [...subjects];
  for (let i = 0; i < scenarios.length && alive.length > 0; i += 4) {
    const noticed = await noticedIn(scenarios.slice(i, i + 4), alive, alerts);
    alive = alive.filter(({ suffix }) => !noticed.has(suffix));
  }
  return alive;
}

/** The suffixes of the subjects that fire differently in one of `scenarios`. */
async function noticedIn(
  scenarios: readonly Scenario[],
  subjects: readonly Subject[],
  alerts: readonly AlertRule[],
): Promise<Set<string>> {
  const needed = RULES.filter((rule) => !isAlert(rule) && upstream(subjects).has(nameOf(rule)));
  const file = ruleFile(
    [{ name: 'records', rules: needed }, ...subjects.map(({ suffix, rules }) => ({ name: suffix, rules }))],
    DEFAULT_CONFIG,
  );
  const ids = new Set(alerts.map(idOf));
  const conditions = [...new Set(alerts.map(({ condition }) => condition ?? ''))].join('|');
  const noticed = new Set<string>();
  const intervalOf = ({ evaluate, scrape = 15 }: Scenario) => evaluate ?? scrape;
  for (const interval of new Set(scenarios.map(intervalOf))) {
    const same = scenarios.filter((scenario) => intervalOf(scenario) === interval);
    const tests = same.map((scenario) => {
      const test = promtoolTest(scenario);
      const { shows = [], checks, skip = 0 } = scenario;
      const promql_expr_test = checks
        .filter(({ at }) => at >= skip)
        .flatMap(({ at, firing }) =>
          subjects.map(({ suffix }) => ({
            expr: `group by (${['alertname', 'condition', ...shows].join(', ')}) (ALERTS{alertstate="firing", alertname=~"[A-Za-z]+${suffix}", condition=~"${conditions}"})`,
            eval_time: `${at - skip}s`,
            exp_samples: firing
              .filter((text) => ids.has(text.split(' ')[0] ?? ''))
              .map((text) => ({
                labels: labelsOf(text).replace(/alertname="(\w+)"/, `alertname="$1${suffix}"`),
                value: 1,
              })),
          })),
        );
      return { ...test, promql_expr_test };
    });
    const { passed, output } = await testRules(yaml(file), tests, `${interval}s`);
    const suffixes = [...output.matchAll(/\[A-Za-z\]\+(M\d+)/g)].map(([, suffix = '']) => suffix);
    if (!passed && suffixes.length === 0) throw new Error(output.slice(0, 2000));
    for (const suffix of suffixes) noticed.add(suffix);
  }
  return noticed;
}

/** The names of the records that `subjects` read, directly or not. */
function upstream(subjects: readonly Subject[]): Set<string> {
  const wanted = new Set<string>();
  const visit = (rule: Rule): void => {
    for (const record of RULES) {
      if (wanted.has(nameOf(record)) || !reads(rule, record)) continue;
      wanted.add(nameOf(record));
      visit(record);
    }
  };
  for (const { rules } of subjects) for (const rule of rules) visit(rule);
  return wanted;
}
