/**
 * Finds the Prometheus tools that the rule tests, the demo and the benchmark run: on PATH, else in a cache
 * folder, else fetched as Debian packages that are unpacked, never installed (no root needed).
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable, unpackedFolder, unpackPackages } from './debian-packages.ts';

/** Absolute paths of the four programs. */
export interface PrometheusTools {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/** Debian calls the Alertmanager `prometheus-alertmanager`; the upstream archives call it `alertmanager`. */
const PROGRAMS: Record<keyof PrometheusTools, readonly string[]> = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
};
const PACKAGES = ['prometheus', 'prometheus-alertmanager'];

const UNPACKED = unpackedFolder('prometheus-tools');

/**
 * The Prometheus tools, fetched on first use.
 * Safe to call from several processes at once: one fetches, the others wait for it.
 *
 * @param onProgress - called with one line of plain text before each slow step.
 * @throws an error that states what to install, when the tools are neither here nor to be had.
 */
export async function findPrometheusTools(
  onProgress: (line: string) => void = () => {},
): Promise<PrometheusTools> {
  const present = await lookUp();
  if (present) return present;
  try {
    await unpackPackages(UNPACKED, PACKAGES, { isThere: lookUp, finish: relocateAlertmanager, onProgress });
  } catch (cause) {
    throw new Error(HOW_TO_GET_THEM, { cause });
  }
  const fetched = await lookUp();
  if (!fetched) throw new Error(HOW_TO_GET_THEM);
  return fetched;
}

const HOW_TO_GET_THEM =
  'The Prometheus tools (prometheus, promtool, alertmanager, amtool) are not on PATH and could not be fetched. ' +
  'On Debian or Ubuntu: `sudo apt-get install prometheus prometheus-alertmanager`. On macOS: ' +
  '`brew install prometheus alertmanager`. Elsewhere: unpack the archives of https://prometheus.io/download/ ' +
  'and put them on PATH, or run this command in the Docker image `node:24-bookworm`, where they are fetched.';

async function lookUp(): Promise<PrometheusTools | undefined> {
  const found: Partial<Record<keyof PrometheusTools, string>> = {};
  for (const tool of Object.keys(PROGRAMS) as (keyof PrometheusTools)[]) {
    const path = await findExecutable(PROGRAMS[tool], UNPACKED);
    if (!path) return undefined;
    found[tool] = path;
  }
  return found as PrometheusTools;
}

/** Where Debian's Alertmanager looks for its templates and pages. */
const ASSETS = '/usr/share/prometheus/alertmanager';

/**
 * Debian compiles an absolute folder into its Alertmanager, which does not start without it. In the unpacked copy the folder
 * becomes relative (same length, so the program stays valid), and a script starts it from the right place.
 */
async function relocateAlertmanager(root: string): Promise<void> {
  const program = join(root, 'usr/bin/prometheus-alertmanager');
  const bytes = await readFile(program);
  const relative = Buffer.from(ASSETS.replace('/usr/', 'usr//'));
  for (let at = bytes.indexOf(ASSETS); at !== -1; at = bytes.indexOf(ASSETS, at)) relative.copy(bytes, at);
  await writeFile(program, bytes);
  const script = '#!/bin/sh\ncd "$(dirname "$0")/../.." && exec usr/bin/prometheus-alertmanager "$@"\n';
  await writeFile(join(root, 'usr/bin/alertmanager'), script, { mode: 0o755 });
}

if (process.argv[1] && existsSync(process.argv[1]) && process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await findPrometheusTools((line) => console.error(line)));
}
