/** Boundary cases: what one rule alone makes of its inputs, just below and just above each of its limits. */
import { ruleFile, yaml } from '../../../src/mixin/alerts/build.ts';
import { type AlertRule, isAlert, type RecordRule } from '../../../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG, seconds } from '../../../src/mixin/config.ts';
import { type PromtoolTest, testRules } from './promtool.ts';

/** Values by `name{labels}`; a series that is not named does not exist. */
export type Given = Readonly<Record<string, number>>;

/** Some samples in a row. */
export interface Phase {
  /** How many samples. */
  readonly samples: number;
  readonly given: Given;
  /** What each sample adds to `given`: for counters. */
  readonly grows?: Given;
  /** Whether the condition of an alert holds; or the value of a record at the last sample, `undefined` where there is none. */
  readonly expect: boolean | number | undefined;
}

/** What one rule does over time. */
export interface Boundary {
  /** `Alert`, `Alert/condition` or the name of a record. */
  readonly rule: string;
  readonly phases: readonly Phase[];
  /** Seconds between two samples; 15 when absent. */
  readonly step?: number;
  /** Seconds between two evaluations; `step` when absent. */
  readonly evaluate?: number;
  /** By how much a value may differ, as a share of it: 0 when absent. For what `rate` extrapolates. */
  readonly tolerance?: number;
}

/** A rule under another name, so that the records it reads can be given instead. */
export interface Subject {
  /** What was expected of it: the rule before it was changed. */
  readonly of: AlertRule | RecordRule;
  readonly rule: AlertRule | RecordRule;
}

/** `Alert`, `Alert/condition` or the name of a record. */
export function ruleId(rule: AlertRule | RecordRule): string {
  if (!isAlert(rule)) return rule.record;
  return rule.condition ? `${rule.alert}/${rule.condition}` : rule.alert;
}

/** Runs of promtool at a time. */
const PARALLEL = 2;

/** The subjects that do not do what `boundaries` expect of their rule, with what promtool printed of each. */
export async function violations(
  subjects: readonly Subject[],
  boundaries: readonly Boundary[],
): Promise<Map<Subject, string>> {
  const found = new Map<Subject, string>();
  const batches = new Map<string, { every: number; played: Boundary[] }>();
  for (const boundary of boundaries) {
    const { rule, step = 15, evaluate: every = step } = boundary;
    // One rule at a time: promtool evaluates every rule in every test.
    const batch = `${every} ${rule}`;
    batches.set(batch, { every, played: [...(batches.get(batch)?.played ?? []), boundary] });
  }
  // The longest first.
  const queue = [...batches.values()].toReversed();
  const work = async (): Promise<void> => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      await play(subjects, batch.played, batch.every, found);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return found;
}

async function play(
  subjects: readonly Subject[],
  played: readonly Boundary[],
  every: number,
  found: Map<Subject, string>,
): Promise<void> {
  // A change that cannot be evaluated ends the test of the others: once more, without it.
  for (let again = true; again; ) {
    const left = subjects.filter(
      (each) => !found.has(each) && played.some(({ rule }) => rule === ruleId(each.of)),
    );
    if (left.length === 0) return;
    const rules = left.map(({ rule }, i) => renamed(rule, `_${i}_`));
    const tests = played.map((boundary) => testOf(boundary, left));
    const file = yaml(ruleFile([{ name: 'subjects', rules }], DEFAULT_CONFIG));
    const { passed, output } = await testRules(file, tests, `${every}s`);
    if (passed) return;
    const texts = output.split(/^ {4}(?=expr: |rule: )/m).slice(1);
    const before = found.size;
    for (const text of texts) {
      const subject = left[Number(/_(\d+)_/.exec(text)?.[1])];
      if (subject && !found.has(subject)) found.set(subject, text.replace(/\s+/g, ' ').slice(0, 600));
    }
    if (texts.length === 0) throw new Error(output.trim().slice(0, 3000));
    again = found.size > before && /err:/.test(output);
  }
}

function renamed(rule: AlertRule | RecordRule, suffix: string): AlertRule | RecordRule {
  return isAlert(rule) ? { ...rule, alert: rule.alert + suffix } : { ...rule, record: rule.record + suffix };
}

function testOf(boundary: Boundary, subjects: readonly Subject[]): PromtoolTest {
  const { rule, phases, step = 15 } = boundary;
  return {
    name: rule,
    interval: `${step}s`,
    input_series: seriesOf(phases),
    promql_expr_test: subjects.flatMap((subject, i) =>
      ruleId(subject.of) === rule ? checksOf(boundary, subject.of, `_${i}_`) : [],
    ),
  };
}

/** Every series that a phase names, with a staleness marker where it ends. */
function seriesOf(phases: readonly Phase[]): PromtoolTest['input_series'] {
  const names = new Set(phases.flatMap(({ given }) => Object.keys(given)));
  return [...names].map((series) => {
    const values = phases.map(({ samples, given, grows }, i) => {
      const value = given[series];
      if (value !== undefined) return `${value}+${grows?.[series] ?? 0}x${samples - 1}`;
      if (phases[i - 1]?.given[series] === undefined) return `_x${samples}`;
      return samples > 1 ? `stale _x${samples - 1}` : 'stale';
    });
    return { series, values: values.join(' ') };
  });
}

type Checks = NonNullable<PromtoolTest['promql_expr_test']>;

function checksOf(boundary: Boundary, rule: AlertRule | RecordRule, suffix: string): Checks {
  const { phases, step = 15, evaluate = step, tolerance = 0 } = boundary;
  if (isAlert(rule)) {
    return firingTimes(rule, phases, step, evaluate).map(({ at, firing }) => ({
      expr: `group(ALERTS{alertstate="firing", alertname="${rule.alert}${suffix}"})`,
      eval_time: `${at}s`,
      exp_samples: firing ? [{ labels: '{}', value: 1 }] : [],
    }));
  }
  let end = -step;
  return phases.map(({ samples, expect }) => {
    end += samples * step;
    const value = `max(${rule.record}${suffix})`;
    if (typeof expect !== 'number') return { expr: value, eval_time: `${end}s`, exp_samples: [] };
    return {
      expr: `count(abs(${value} - ${expect}) <= ${Math.max(1e-9, Math.abs(expect) * tolerance)})`,
      eval_time: `${end}s`,
      exp_samples: [{ labels: '{}', value: 1 }],
    };
  });
}

/** Whether an alert fires, by its `for` and `keep_firing_for`: before and after each change, and at the end of each phase. */
function firingTimes(
  rule: AlertRule,
  phases: readonly Phase[],
  step: number,
  evaluate: number,
): { at: number; firing: boolean }[] {
  const holds = phases.flatMap(({ samples, expect }) => new Array<boolean>(samples).fill(expect === true));
  const ends = new Set<number>();
  let end = 0;
  for (const { samples } of phases) {
    end += samples;
    ends.add(end);
  }
  const all: { at: number; firing: boolean; last: boolean }[] = [];
  let [since, ended]: (number | undefined)[] = [];
  let firing = false;
  for (let at = 0; at < holds.length * step; at += evaluate) {
    if (holds[at / step]) {
      since ??= at;
      ended = undefined;
      firing ||= at - since >= seconds(rule.for ?? '0s');
    } else {
      ended ??= at;
      firing &&= at - ended < seconds(rule.keepFiringFor ?? '0s');
      if (!firing) since = undefined;
    }
    all.push({ at, firing, last: ends.has((at + evaluate) / step) });
  }
  return all.filter(
    ({ firing: now, last }, i) =>
      last || now !== (all[i - 1]?.firing ?? false) || now !== (all[i + 1]?.firing ?? now),
  );
}
