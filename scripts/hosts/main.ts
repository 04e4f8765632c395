/**
 * The host matrix: this package as it is published, in real applications of many hosts, each from an empty folder and each
 * compared with itself without this package.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readOptions } from '../../dev/command-line.ts';
import type { Result } from '../../dev/hosts/cell.ts';
import { CELLS } from '../../dev/hosts/cells/index.ts';
import { ROOT } from '../../dev/processes.ts';
import { startApi } from './api.ts';
import { pack } from './install.ts';
import { runCell } from './run-cell.ts';
import { sdkCells } from './sdk-cells.ts';
import { formatResult, formatTable } from './table.ts';

const run = promisify(execFile);
const HELP = `Usage: npm run test:hosts -- [--sdks [--all]] [--only TEXT]... [--quick] [--list] [--json] [--no-build]

Packs this package, installs it with each host into ~/.cache/anthropic-otel/hosts, and runs an application in it: without this package, then
with it. Calls, attempts, spans, the exit and what is written are compared. A host works, reports in one line on standard error
what to do, or fails.
--sdks      the compatibility matrix in place of the hosts: SDK versions and libraries, each with the conformance script
--all       every minor version of the SDK that the registry serves from 0.39 on, with every column (takes long)
--only      only the hosts whose name contains TEXT; may be given many times
--quick     only the cheap hosts
--list      the names of the hosts, and nothing else
--json      the results for a machine
--no-build  take dist as it is
Exits with 1 when a host fails.`;

const values = readOptions(HELP, {
  only: { type: 'string', multiple: true },
  sdks: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'no-build': { type: 'boolean', default: false },
});
const cells = (values.sdks ? await sdkCells(values.all) : CELLS).filter(
  ({ name, quick }) =>
    (!values.quick || quick) && (!values.only || values.only.some((text) => name.includes(text))),
);
if (values.list) {
  for (const { name, quick } of cells) console.log(`${name}${quick ? ' (quick)' : ''}`);
} else {
  process.exitCode = await runAll();
}

async function runAll(): Promise<number> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  if (cells.length === 0) {
    progress('No host has such a name.');
    return 2;
  }
  if (!values['no-build']) {
    progress('Building');
    await run(process.execPath, [`${ROOT}/node_modules/tsdown/dist/run.mjs`, '--log-level', 'error'], {
      cwd: ROOT,
    });
  }
  const tarball = await pack();
  const api = await startApi();
  const results: Result[] = [];
  for (const cell of cells) {
    // One at a time: the hosts start build tools and clusters of their own.
    const result = await runCell(cell, tarball, api, (line) => progress(`  ${cell.name}: ${line}`));
    results.push(result);
    progress(`${results.length}/${cells.length} ${formatResult(result)}`);
  }
  api.close();
  console.log(values.json ? JSON.stringify(results, null, 2) : `\n${formatTable(results)}`);
  return results.some(({ outcome }) => outcome === 'FAILS') ? 1 : 0;
}
