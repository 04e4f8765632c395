/** Prints a plan. */
import { createTwoFilesPatch } from 'diff';
import type { Io } from '../io.ts';
import type { Change, ChangeKind } from './plan.ts';

/** The maximum number of lines of one difference, unless all are requested. */
const MAX_LINES = 40;

const SIGNS: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  update: '~',
  remove: '-',
  conflict: '!',
  unchanged: ' ',
};

/** Prints one line per file that would change. */
export function printChanges(changes: readonly Change[], io: Io): void {
  for (const { kind, path } of changes) {
    if (kind !== 'unchanged') io.print(`  ${SIGNS[kind]} ${path}`);
  }
}

/** Prints the difference that writing `change` would make. */
export function printDiff(change: Change, io: Io, all: boolean): void {
  const { path, before, after } = change;
  const lines = patchOf(path, before, after).split('\n');
  const shown = all ? lines : lines.slice(0, MAX_LINES);
  for (const line of shown) io.print(colored(line, io));
  const rest = lines.length - shown.length;
  if (rest > 0) io.print(io.style('dim', `… ${rest} more lines; --full-diff prints all`));
}

/** A unified diff. */
export function patchOf(path: string, before: string, after: string): string {
  return createTwoFilesPatch(path, path, before, after, 'on disk', 'exported', { context: 2 })
    .split('\n')
    .slice(1)
    .join('\n')
    .trimEnd();
}

function colored(line: string, io: Io): string {
  if (line.startsWith('+++') || line.startsWith('---')) return io.style('bold', line);
  if (line.startsWith('+')) return io.style('green', line);
  if (line.startsWith('-')) return io.style('red', line);
  return line.startsWith('@@') ? io.style('cyan', line) : line;
}
