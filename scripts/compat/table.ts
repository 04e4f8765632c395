/** Prints the matrix. */
import { type Cell, COLUMNS } from './cells.ts';

/** What came of a cell. */
export interface Result {
  readonly cell: Cell;
  /** What was not as it has to be; empty when all was. */
  readonly problems: readonly string[];
  /** Why the cell could not be run, where the package is not the cause. */
  readonly unavailable?: string;
}

/** The table as text: one row for each SDK version or library, how many cells pass, and what is wrong or was not run, and why. */
export function formatTable(results: readonly Result[], versions: ReadonlyMap<string, string>): string {
  const rows = [...new Set(results.map(({ cell }) => cell.row))];
  const table = [
    ['', ...COLUMNS],
    ...rows.map((row) => [
      `${row}${versions.has(row) ? ` (${versions.get(row)})` : ''}`,
      ...COLUMNS.map((column) =>
        markOf(results.find(({ cell }) => cell.row === row && cell.column === column)),
      ),
    ]),
  ];
  const widths = ['', ...COLUMNS].map((_, index) =>
    Math.max(...table.map((row) => (row[index] ?? '').length)),
  );
  const lines = table.map((row) =>
    row
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = results.flatMap(({ cell, problems, unavailable }) =>
    [...problems, ...(unavailable === undefined ? [] : [`not run: ${unavailable}`])].map(
      (note) => `${cell.row}, ${cell.column}: ${note}`,
    ),
  );
  const passed = results.filter((result) => markOf(result) === '✓').length;
  return [...lines, '', `${passed} of ${results.length} cells pass.`, ...notes].join('\n');
}

function markOf(result: Result | undefined): string {
  if (!result) return '';
  if (result.unavailable !== undefined) return '-';
  return result.problems.length === 0 ? '✓' : '✗';
}
