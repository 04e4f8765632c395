/** What the simulation is to show. */
import { PHASES } from './phases.ts';
import type { VariantResult } from './result.ts';
import type { VariantName } from './variants.ts';

/** A target, and whether it is met. */
export interface Target {
  readonly what: string;
  readonly met: boolean;
  readonly figures: string;
}

const BASELINES: readonly VariantName[] = ['sdk2', 'sdk4', 'withRetry'];

/** The targets of the variant with a fallback. */
export function checkTargets(results: ReadonlyMap<VariantName, VariantResult>): Target[] {
  const ours = results.get('fallback');
  if (!ours) return [];
  const targets: Target[] = [];
  for (const name of BASELINES) {
    const theirs = results.get(name);
    if (!theirs) continue;
    targets.push(
      {
        what: `fewer failed calls than ${name}`,
        met: ours.failed < theirs.failed,
        figures: `${ours.failed} and ${theirs.failed}`,
      },
      {
        what: `fewer attempts than ${name}`,
        met: ours.attempts < theirs.attempts,
        figures: `${ours.attempts} and ${theirs.attempts}`,
      },
    );
  }
  for (const [index, { name }] of PHASES.entries()) {
    const phase = ours.phases[index];
    if (!phase || !name.includes('529')) continue;
    const perCall = phase.attempts / phase.calls;
    targets.push({
      what: `at most 1.2 attempts per call in the phase "${name}"`,
      met: perCall <= 1.2,
      figures: perCall.toFixed(2),
    });
  }
  const intoOpen = ours.openRequests / Math.max(1, ours.openCalls);
  targets.push({
    what: 'at most 0.1 requests per call into an open circuit',
    met: ours.openCalls > 0 && intoOpen <= 0.1,
    figures: `${intoOpen.toFixed(3)} (${ours.openRequests} of ${ours.openCalls})`,
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
