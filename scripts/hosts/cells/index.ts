/** All hosts, in the order of the table. */
import type { Cell } from '../cell.ts';
import { NODE_CELLS } from './node.ts';
import { OTEL_CELLS } from './otel.ts';
import { PROCESS_CELLS } from './processes.ts';
import { SERVER_CELLS } from './servers.ts';

export const CELLS: readonly Cell[] = [...NODE_CELLS, ...SERVER_CELLS, ...PROCESS_CELLS, ...OTEL_CELLS];
