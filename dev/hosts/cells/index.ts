/** All hosts, in the order of the table. */
import type { Cell } from '../cell.ts';
import { FRAMEWORK_CELLS } from './frameworks.ts';
import { LIBRARY_CELLS } from './libraries.ts';
import { NEXT_CELLS } from './next.ts';
import { NODE_CELLS } from './node.ts';
import { OTEL_CELLS } from './otel.ts';
import { PROCESS_CELLS } from './processes.ts';
import { SERVER_CELLS } from './servers.ts';
import { TOOL_CELLS } from './tools.ts';

export const CELLS: readonly Cell[] = [
  ...NODE_CELLS,
  ...SERVER_CELLS,
  ...PROCESS_CELLS,
  ...OTEL_CELLS,
  ...NEXT_CELLS,
  ...FRAMEWORK_CELLS,
  ...LIBRARY_CELLS,
  ...TOOL_CELLS,
];
