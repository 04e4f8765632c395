/** Prints the results of the simulation as Markdown tables. */
import { PHASES } from './phases.ts';
import type { VariantResult } from './result.ts';
import type { Target } from './targets.ts';
import { VARIANTS, type VariantName } from './variants.ts';

/** Prints what each variant did, and whether the targets are met. */
export function printReport(
  results: ReadonlyMap<VariantName, VariantResult>,
  targets: readonly Target[],
): void {
  console.log('| | failed | success | attempts per call | added p50 | added p99 | cost |');
  console.log('|---|--:|--:|--:|--:|--:|--:|');
  for (const [name, { calls, failed, attempts, addedP50, addedP99, cost }] of results) {
    const success = `${((100 * (calls - failed)) / calls).toFixed(2)} %`;
    const row = [
      failed,
      success,
      (attempts / calls).toFixed(3),
      seconds(addedP50),
      seconds(addedP99),
      `$${cost.toFixed(2)}`,
    ];
    console.log(`| ${VARIANTS[name]} | ${row.join(' | ')} |`);
  }
  console.log('\nFailed calls, and attempts per call, by phase:\n');
  console.log(`| phase | ${[...results.keys()].join(' | ')} |`);
  console.log(`|---|${'--:|'.repeat(results.size)}`);
  for (const [index, { name }] of PHASES.entries()) {
    const cells = [...results.values()].map(({ phases }) => {
      const { failed = 0, attempts = 0, calls = 1 } = phases[index] ?? {};
      return `${failed}, ${(attempts / calls).toFixed(2)}`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log('');
  for (const { what, met, figures } of targets)
    console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${figures}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
