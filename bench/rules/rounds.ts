/** How long Prometheus takes for the groups of the rule pack. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prometheus } from '../../dev/prometheus.ts';
import { type Figure, figure } from '../statistics.ts';

/** The rounds of a group, in seconds. */
export interface GroupRounds extends Figure {
  readonly name: string;
  readonly rules: number;
  readonly rounds: number;
  /** The rules that took most in the last round. */
  readonly slowest: string;
}

interface Group {
  readonly name: string;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
  readonly rules: readonly {
    readonly name: string;
    readonly evaluationTime: number;
    readonly health: string;
    readonly lastError?: string;
  }[];
}

/** What Prometheus took. */
export interface Rounds {
  readonly groups: readonly GroupRounds[];
  /** CPU seconds for one evaluation of all groups, on average; `undefined` where the system does not tell. */
  readonly cpuSeconds: number | undefined;
}

/** Seconds between two evaluations of every group. */
const INTERVAL = 15;

/**
 * Evaluates the rules of `ruleFile` for `seconds`. The first round of each group, with cold caches, is left out.
 * @throws an Error when a rule cannot be evaluated
 */
export async function measureRounds(
  prometheus: Prometheus,
  ruleFile: string,
  seconds: number,
): Promise<Rounds> {
  await prometheus.configure({ global: { evaluation_interval: `${INTERVAL}s` }, rule_files: [ruleFile] });
  const seen = new Map<string, Map<string, Group>>();
  await sleep(INTERVAL * 1000);
  const cpu = await prometheus.cpuSeconds();
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    await sleep(1000);
    const { groups } = (await prometheus.get('rules')) as { groups: readonly Group[] };
    for (const group of groups) {
      if (group.lastEvaluation.startsWith('0001')) continue;
      const broken = group.rules.find(({ health }) => health === 'err');
      if (broken) throw new Error(`${broken.name}: ${broken.lastError}`);
      const rounds = seen.get(group.name) ?? new Map<string, Group>();
      seen.set(group.name, rounds.set(group.lastEvaluation, group));
    }
  }
  const used = ((await prometheus.cpuSeconds()) ?? Number.NaN) - (cpu ?? Number.NaN);
  await prometheus.configure({});
  const groups = [...seen].flatMap(([name, known]): GroupRounds[] => {
    const rounds = [...known.values()].slice(1);
    const rules = rounds.at(-1)?.rules.toSorted((a, b) => b.evaluationTime - a.evaluationTime);
    if (!rules) return [];
    const times = figure(rounds.map(({ evaluationTime }) => evaluationTime));
    const slowest = rules.slice(0, 2).map((rule) => `${rule.name} ${rule.evaluationTime.toFixed(2)} s`);
    return [{ name, ...times, rules: rules.length, rounds: rounds.length, slowest: slowest.join(', ') }];
  });
  // A machine that is too slow skips evaluations.
  const cpuSeconds = used / Math.max(...groups.map(({ rounds }) => rounds));
  return { groups, cpuSeconds: Number.isNaN(cpuSeconds) ? undefined : cpuSeconds };
}
