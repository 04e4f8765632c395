/** Start-up: how long a process takes to start, in milliseconds of wall time from its first line to the first line of the application. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithUsage, readOptions } from '../dev/command-line.ts';
import { type Figure, figure, machine } from './statistics.ts';

const HELP = `Usage: npm run bench:startup -- [--rounds N] [--json]

Prints how long a process takes to the first line of an application that imports the SDK: alone, with NodeSDK, with what \`register\`
adds to it, each by itself, and with \`register\`. In turn, --rounds times (default 31); --json for a machine.`;

const values = readOptions(HELP, {
  rounds: { type: 'string', default: '31' },
  json: { type: 'boolean' },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) endWithUsage('--rounds takes a number of 1 or more', HELP);

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-startup-'));
const LOAD = `import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const require = createRequire(${JSON.stringify(join(root, 'package.json'))});
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
`;
const NODE_SDK = `const { NodeSDK } = await load('@opentelemetry/sdk-node');
const { PrometheusExporter } = await load('@opentelemetry/exporter-prometheus');
new NodeSDK({ spanProcessors: [], logRecordProcessors: [], metricReaders: [new PrometheusExporter({ preventServerStart: true })] }).start();
`;
const WINSTON = `const { default: winston } = await load('winston');
winston.createLogger({ transports: [new winston.transports.Console()] });
`;
// As src/register/hook/install.ts installs it.
const HOOK = `const { registerHooks } = await import('node:module');
registerHooks({ load: (url, context, nextLoad) => nextLoad(url, context) });
`;

/** A module that starts `parts`. */
function preload(name: string, ...parts: readonly string[]): readonly string[] {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, LOAD + parts.join(''));
  return ['--import', file];
}

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

const BASE = 'NodeSDK alone';
const variants = {
  plain: [],
  [BASE]: preload('node-sdk', NODE_SDK),
  'NodeSDK and winston': preload('winston', NODE_SDK, WINSTON),
  'NodeSDK and the loader hook': preload('hook', NODE_SDK, HOOK),
  register: ['--import', 'anthropic-otel/register'],
};
const results: Record<string, number[]> = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(variants)) {
    results[name] ??= [];
    results[name].push(start(args));
  }
}
rmSync(folder, { recursive: true, force: true });
const figures = Object.entries(results).map(([name, values]) => ({
  name,
  ...figure(values),
  /** Over NodeSDK alone, round by round. */
  added: figure(values.map((value, round) => value - results[BASE]![round]!)),
}));
if (values.json) console.log(JSON.stringify({ machine: machine(), rounds, results: figures }));
else {
  console.log(
    `${machine()}\n\nMilliseconds to the first line of the application, and over NodeSDK alone: medians of ${rounds} rounds (min to max)`,
  );
  const text = ({ median, min, max }: Figure): string =>
    `${median.toFixed(0).padStart(5)} (${min.toFixed(0)} to ${max.toFixed(0)})`.padEnd(22);
  for (const { name, added, ...time } of figures) {
    console.log(`  ${name.padEnd(28)} ${text(time)} ${name === BASE ? '' : text(added)}`.trimEnd());
  }
}
