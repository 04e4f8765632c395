/** Installs what the preview needs, once: Grafana's component library is too large to be a dependency of the package. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../tools/dashboard-preview', import.meta.url));
/** npm writes this file last: an install that was interrupted lacks it. */
const INSTALLED = join(FOLDER, 'node_modules/.package-lock.json');

/**
 * Installs the packages of the preview, unless they are there.
 *
 * @throws an error that states what to do, when they cannot be had
 */
export async function installPreview(onProgress: (line: string) => void): Promise<void> {
  if (existsSync(INSTALLED)) return;
  onProgress(
    "installing Grafana's component library into tools/dashboard-preview (420 MB, once, about a minute)",
  );
  const { code, output } = await npmCi();
  if (code === 0 && existsSync(INSTALLED)) return;
  throw new Error(
    `${output.split('\n').filter(isError).slice(0, 3).join('\n')}\n\n` +
      "The preview needs packages of its own, and `npm ci` in tools/dashboard-preview could not get them. Is npm's " +
      'registry reachable from here? Without it, copy tools/dashboard-preview/node_modules from a machine that has ' +
      'them. Pictures of all dashboards are in docs/images, and `docker compose up --wait` starts a real Grafana.',
  );
}

/** A line that states what is wrong. */
function isError(line: string): boolean {
  return /^npm error|^Error/.test(line);
}

function npmCi(): Promise<{ code: number | null; output: string }> {
  // On Windows npm is a script, which only a shell can start.
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: String(error) }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
