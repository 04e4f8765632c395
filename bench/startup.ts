/** Start-up: how long a process takes to start, in milliseconds of wall time from its first line to the first line of the application. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, machine } from './statistics.ts';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-startup-'));
const nodeSdk = join(folder, 'node-sdk.mjs');
writeFileSync(
  nodeSdk,
  `import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const require = createRequire(${JSON.stringify(join(root, 'package.json'))});
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { NodeSDK } = await load('@opentelemetry/sdk-node');
const { PrometheusExporter } = await load('@opentelemetry/exporter-prometheus');
new NodeSDK({ spanProcessors: [], logRecordProcessors: [], metricReaders: [new PrometheusExporter({ preventServerStart: true })] }).start();
`,
);
const APP = "import '@anthropic-ai/sdk'; console.log(performance.now()); process.exit()";

/** Milliseconds until the application's first line, with `args` before it. */
function start(args: readonly string[]): number {
  const { stdout } = spawnSync(process.execPath, [...args, '--input-type=module', '-e', APP], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, OTEL_EXPORTER_PROMETHEUS_PORT: '39464' },
  });
  return Number(stdout.trim().split('\n').at(-1));
}

const variants = {
  plain: [],
  'NodeSDK alone': ['--import', nodeSdk],
  register: ['--import', 'anthropic-otel/register'],
};
const results: Record<string, number[]> = {};
for (let round = 0; round < 11; round++) {
  for (const [name, args] of Object.entries(variants)) {
    results[name] ??= [];
    results[name].push(start(args));
  }
}
rmSync(folder, { recursive: true, force: true });
const figures = Object.entries(results).map(([name, values]) => [name, figure(values)] as const);
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ machine: machine(), results: Object.fromEntries(figures) }));
else {
  console.log(
    `${machine()}\n\nMilliseconds to the first line of the application, median of 11 rounds (min to max)`,
  );
  for (const [name, { median, min, max }] of figures) {
    console.log(
      `  ${name.padEnd(14)} ${median.toFixed(0).padStart(5)}  (${min.toFixed(0)} to ${max.toFixed(0)})`,
    );
  }
}
