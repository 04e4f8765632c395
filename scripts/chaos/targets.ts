/** What the simulation is to show. */
import type { VariantResult } from './result.ts';
import type { VariantName } from './variants.ts';

/** A target, and whether it is met. */
export interface Target {
  readonly what: string;
  readonly met: boolean;
  readonly figures: string;
}

const BASELINES: readonly VariantName[] = ['sdk2', 'sdk4', 'withRetry'];

/** The ways of using the policies that are to make fewer calls fail, with fewer attempts, than each of the baselines. */
const POLICIES: readonly VariantName[] = ['patient', 'fallback'];

/** The targets of every variant. */
export function checkTargets(results: ReadonlyMap<VariantName, VariantResult>): Target[] {
  const targets = POLICIES.flatMap((name) => {
    const own = results.get(name);
    return own ? [...compareWithBaselines(name, own, results), ...checkLoad(name, own)] : [];
  });
  for (const [name, { comparisons }] of results) {
    const wrong = comparisons.filter(({ metric, api }) => metric !== api);
    targets.push({
      what: `the metrics of ${name} equal what the API sent`,
      met: wrong.length === 0,
      figures:
        wrong.length === 0
          ? `${comparisons.length} numbers`
          : wrong.map(({ what, metric, api }) => `${what}: ${metric}, not ${api}`).join('; '),
    });
  }
  return targets;
}

function compareWithBaselines(
  name: VariantName,
  own: VariantResult,
  results: ReadonlyMap<VariantName, VariantResult>,
): Target[] {
  return BASELINES.flatMap((baseline) => {
    const other = results.get(baseline);
    if (!other) return [];
    return (['failed', 'attempts'] as const).map((what) => ({
      what: `${name}: fewer ${what === 'failed' ? 'failed calls' : what} than ${baseline}`,
      met: own[what] < other[what],
      figures: `${own[what]} and ${other[what]}`,
    }));
  });
}

function checkLoad(name: VariantName, { phases, openCalls, openRequests }: VariantResult): Target[] {
  const waves = phases.filter(({ phase }) => phase.includes('529'));
  const intoOpen = openRequests / Math.max(1, openCalls);
  return [
    ...waves.map(({ phase, attempts, calls }) => ({
      what: `${name}: at most 1.2 attempts per call in the phase "${phase}"`,
      met: attempts / calls <= 1.2,
      figures: (attempts / calls).toFixed(2),
    })),
    {
      what: `${name}: at most 0.1 requests per call that finds the circuit open`,
      met: openCalls > 0 && intoOpen <= 0.1,
      figures: `${intoOpen.toFixed(3)} (${openRequests} of ${openCalls})`,
    },
  ];
}
