/**
 * The compatibility matrix: this package as it is published, with real SDKs of many versions, under several Nodes, both
 * OpenTelemetry lines, and every way to load it. Each cell is a process that runs the same conformance script.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readOptions } from '../../dev/command-line.ts';
import { findNode } from '../../dev/install.ts';
import { buildCell } from './build-cell.ts';
import { type Cell, cellsFor, LIBRARIES, SDK_VERSIONS } from './cells.ts';
import { formatTable, type Result } from './table.ts';
import { installedVersion, prepareLine, servedVersions } from './workspace.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CELL_TIMEOUT_MS = 60_000;
const HELP = `Usage: npm run test:compat -- [--all] [--only TEXT] [--json]

Builds and packs this package, installs the SDK versions into .cache/compat, and runs the conformance script in each cell.
--all    every minor version that the registry serves from 0.39 on, on every axis (takes long)
--only   only the rows whose name contains TEXT
--json   the results for a machine
Exits with 1 when a cell fails.`;

const values = readOptions(HELP, {
  all: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
});

const nodes: Record<number, Promise<string>> = {};
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const versions = values.all ? [...(await servedVersions()), 'latest'] : SDK_VERSIONS;
const cells = cellsFor(versions, values.all).filter(({ row }) => row.includes(values.only ?? ''));
progress('Building');
await run(process.execPath, [`${ROOT}/node_modules/tsdown/dist/run.mjs`, '--log-level', 'error'], {
  cwd: ROOT,
});
for (const otel of [3, 2] as const) {
  const rows = [...new Set(cells.filter((cell) => cell.otel === otel).map(({ row }) => row))];
  if (rows.length === 0) continue;
  progress(`Installing ${rows.length} SDKs and libraries with OpenTelemetry ${otel}`);
  await prepareLine(otel, rows);
}

const results = await runAll(cells);
const named = await Promise.all(
  [...new Set(cells.map(({ row }) => row))].map(async (row) => {
    const name = row in LIBRARIES ? row : '@anthropic-ai/sdk';
    return [row, await installedVersion(3, row, name)] as const;
  }),
);
if (values.json) console.log(JSON.stringify({ versions: Object.fromEntries(named), results }, null, 2));
else console.log(formatTable(results, new Map(named)));
process.exitCode = results.some(({ problems }) => problems.length > 0) ? 1 : 0;

/** Runs the cells, as many at a time as there are cores, in the order of the table. */
async function runAll(all: readonly Cell[]): Promise<Result[]> {
  const found: Result[] = [];
  const waiting = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, cell] = next;
      const result = await runCell(cell);
      found[index] = result;
      const outcome = result.unavailable ?? (result.problems.length > 0 ? 'FAILED' : 'ok');
      progress(`${found.filter(Boolean).length}/${all.length} ${cell.row}, ${cell.column}: ${outcome}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  return found;
}

async function runCell(cell: Cell): Promise<Result> {
  let node: string;
  try {
    node = await nodeFor(cell.node);
  } catch (error) {
    return { cell, problems: [], unavailable: `no Node ${cell.node}: ${firstLine(error)}` };
  }
  try {
    const { stdout } = await run(node, await buildCell(cell), { timeout: CELL_TIMEOUT_MS, env: cleanEnv() });
    return { cell, problems: JSON.parse(stdout.trim().split('\n').at(-1) ?? '').problems };
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return { cell, problems: [stderr.trim().split('\n').slice(0, 8).join(' | ') || message] };
  }
}

/** Each Node is installed once, also when two cells ask for it at a time. */
function nodeFor(major: number): Promise<string> {
  nodes[major] ??= findNode(major);
  return nodes[major];
}

/** The environment without what would change how an SDK or OpenTelemetry behaves. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL|ANTHROPIC|NODE_OPTIONS)/.test(name));
  return Object.fromEntries(kept);
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error).split('\n')[0] ?? '';
}
