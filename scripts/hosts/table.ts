/** Prints the results. */
import type { Result } from '../../dev/hosts/cell.ts';

const MARKS: Readonly<Record<Result['outcome'], string>> = {
  works: '✓',
  reports: '·',
  FAILS: '✗',
  'not run': '-',
};

/** One line of a result. */
export function formatResult({ name, outcome, notes, seconds }: Result): string {
  return `${MARKS[outcome]} ${outcome.padEnd(7)} ${name} (${seconds} s)${notes.map((note) => `\n            ${note}`).join('')}`;
}

/** The results as text, and how many of each kind there are. */
export function formatTable(results: readonly Result[]): string {
  const count = (outcome: Result['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const seconds = Math.round(results.reduce((sum, result) => sum + result.seconds, 0));
  return [
    ...results.map(formatResult),
    '',
    `${results.length} hosts in ${seconds} s: ${count('works')} work, ${count('reports')} report what to do, ${count('FAILS')} fail, ${count('not run')} not run.`,
  ].join('\n');
}
