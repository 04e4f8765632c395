/**
 * Writes every generated file of the repository. `--check` writes nothing and exits 1 with the list of the
 * files that are not what they would be written as.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertFiles } from '../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../src/mixin/config.ts';
import { dashboards } from '../src/mixin/dashboards/build.ts';
import { dashboardRecordsYaml } from '../src/mixin/dashboards/records.ts';
import { apiNamesModule } from './api-names.ts';
import { errorsDocument } from './errors-doc.ts';
import { metricsDocument } from './metrics-doc.ts';

/** One generated file. */
interface GeneratedFile {
  /** Path from the root of the repository. */
  readonly path: string;
  content(): string | Promise<string>;
}

const FILES: readonly GeneratedFile[] = [
  { path: 'docs/metrics.md', content: metricsDocument },
  { path: 'docs/errors.md', content: errorsDocument },
  { path: 'src/model/api-names.ts', content: apiNamesModule },
  ...dashboards().map(({ path, content }) => ({ path, content: () => content })),
  { path: 'alerts/anthropic.dashboards.yaml', content: () => dashboardRecordsYaml(DEFAULT_CONFIG) },
  ...alertFiles(DEFAULT_CONFIG).map(({ name, content }) => ({
    path: `alerts/${name}`,
    content: () => content,
  })),
];

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const { path, content } of FILES) {
  const target = join(root, path);
  const wanted = await content();
  const present = await readFile(target, 'utf8').catch(() => undefined);
  if (present === wanted) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, wanted);
}

if (!check) {
  console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'everything is up to date');
} else if (stale.length > 0) {
  console.error(`Not up to date, run \`npm run generate\`:\n${stale.map((path) => `  ${path}`).join('\n')}`);
  process.exitCode = 1;
}
