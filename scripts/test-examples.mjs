/** Runs every example, those too that install packages of their own. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const failed = names.filter((name) => {
  console.log(`\n== ${name}`);
  return (
    spawnSync(process.execPath, ['examples/run.mjs', name], { cwd: root, stdio: 'inherit' }).status !== 0
  );
});
console.log(failed.length > 0 ? `\nfailed: ${failed.join(', ')}` : `\n${names.length} examples run`);
process.exitCode = failed.length > 0 ? 1 : 0;
