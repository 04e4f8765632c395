/** The compatibility matrix: a row for each SDK version and library, a column for each way to load it, the same conformance script in all. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { promisify } from 'node:util';
import type { Cell } from '../../dev/hosts/cell.ts';

/** The SDK versions of the small matrix: the borders between the adapters, and what widely used libraries pin. */
const SDK_VERSIONS = ['0.39', '0.60', '0.100', '0.101', '0.122', '0.133', '0.134', '0.137', '1.0', 'latest'];
/** The rows that have every column: each adapter once, and the newest. */
const FULL_ROWS = new Set(['0.39', '0.100', '0.122', 'latest']);

/** Libraries that use the SDK: packages, what is imported, and the code that makes two calls, one whole and one streamed. */
const LIBRARIES: Readonly<Record<string, { packages: string[]; imports: string; use: string }>> = {
  '@langchain/anthropic': {
    packages: ['@langchain/anthropic@^1.5.0', '@langchain/core@^1.0.0'],
    imports: '{ ChatAnthropic }',
    use: `async (anthropicApiUrl) => {
  const model = new ChatAnthropic({ anthropicApiUrl, apiKey: 'test-key', model: 'claude-opus-5-5', maxTokens: 100, maxRetries: 0 });
  await model.invoke('Hello');
  for await (const _ of await model.stream('Hello'));
}`,
  },
  '@llamaindex/anthropic': {
    packages: ['@llamaindex/anthropic@0.3.27', '@llamaindex/core@0.6.23', '@llamaindex/env@0.1.31'],
    imports: '{ Anthropic, AnthropicSession }',
    use: `async (baseURL) => {
  const session = new AnthropicSession({ baseURL, apiKey: 'test-key' });
  const model = new Anthropic({ session, apiKey: 'test-key', model: 'claude-sonnet-4-5', maxTokens: 100 });
  const messages = [{ role: 'user', content: 'Hello' }];
  await model.chat({ messages });
  for await (const _ of await model.chat({ messages, stream: true }));
}`,
  },
};

/** The packages of each OpenTelemetry line. They are there before this package, whose own dependencies come at the same versions. */
const line = (api: string, unstable: string, stable: string): string[] => [
  `@opentelemetry/api@${api}`,
  ...['exporter-prometheus', 'instrumentation', 'sdk-node'].map(
    (name) => `@opentelemetry/${name}@${unstable}`,
  ),
  `@opentelemetry/sdk-metrics@${stable}`,
];
const OTEL_2 = line('~1.9.0', '~0.223.0', '^2.0.0');
const OTEL_3 = line('~1.10.0', '~0.301.0', '^3.0.0');

/** The columns. The first two are run for every row. */
const COLUMNS: Readonly<Record<string, { build: 'esm' | 'cjs' | 'bundle'; otel?: string[]; node?: number }>> =
  {
    ESM: { build: 'esm' },
    CJS: { build: 'cjs' },
    bundle: { build: 'bundle' },
    'OTel 2': { build: 'esm', otel: OTEL_2 },
    'Node 22': { build: 'esm', node: 22 },
    'Node 22 CJS': { build: 'cjs', node: 22 },
    'Node 26': { build: 'esm', node: 26 },
  };

/** The cells: of the small matrix, or of every minor version that the registry serves from 0.39 on, with every column. */
export async function sdkCells(all: boolean): Promise<Cell[]> {
  const versions = all ? [...(await servedVersions()), 'latest'] : SDK_VERSIONS;
  const cells = versions.flatMap((row) =>
    Object.keys(COLUMNS)
      .filter((column) => all || FULL_ROWS.has(row) || column === 'ESM' || column === 'CJS')
      .map((column) => cell(row, column)),
  );
  return [...cells, ...Object.keys(LIBRARIES).flatMap((row) => [cell(row, 'ESM'), cell(row, 'CJS')])];
}

function cell(row: string, column: string): Cell {
  const { build = 'esm', otel = OTEL_3, node = 24 } = COLUMNS[column] ?? {};
  const library = LIBRARIES[row];
  const range = row === 'latest' ? 'latest' : `~${row}.0`;
  const extension = build === 'esm' ? 'mjs' : 'cjs';
  const bundler = build === 'bundle' ? ['esbuild@latest'] : [];
  return {
    name: `${library ? row : `SDK ${row}`}, ${column}`,
    kind: 'run',
    bare: false,
    expected: undefined,
    node,
    sdk: library ? '' : `@anthropic-ai/sdk@${range}`,
    packages: [otel, [...(library?.packages ?? []), ...bundler]],
    installFlags: ['--legacy-peer-deps'],
    files: filesOf(row, build),
    ...(build === 'bundle' && { build: [BUNDLE] }),
    start: [
      'node',
      '--expose-gc',
      `--${build === 'esm' ? 'import' : 'require'}=./start.${extension}`,
      build === 'bundle' ? 'dist/app.cjs' : `app.${extension}`,
    ],
  };
}

const BUNDLE = [
  ...['esbuild', 'app.mjs', '--bundle', '--platform=node', '--target=node22', '--format=cjs', '--keep-names'],
  ...['--external:@opentelemetry/*', '--outfile=dist/app.cjs'],
];

/** The application, what starts its OpenTelemetry, and the conformance script. */
function filesOf(row: string, build: 'esm' | 'cjs' | 'bundle'): Record<string, string> {
  const { imports, use } = LIBRARIES[row] ?? { imports: '{ default as Anthropic }', use: undefined };
  const name = use ? row : '@anthropic-ai/sdk';
  const newClient = build === 'bundle' ? bundledClient(row) : 'new Anthropic(options)';
  const conform = use
    ? `conformLibrary(${use}, globalThis.recorded)`
    : `conform((options) => ${newClient}, globalThis.recorded)`;
  const telemetry = build === 'bundle' ? `import { observe, withTelemetry } from 'anthropic-otel';\n` : '';
  const app = `import ${imports} from '${name}';
import { conform, conformLibrary } from './conformance.mjs';
${telemetry}${conform}.catch((error) => [String(error.stack)]).then((problems) => {
  for (const problem of problems) console.error('error:', problem);
  process.exit(problems.length > 0 ? 1 : 0);
});
`;
  const start = `globalThis.recorded = start(${build !== 'bundle'});\n`;
  // As \`register\` does it. The bare hook puts itself in front of every module, which breaks SDK 0.40 and 0.41.
  const hook = `import { register } from 'node:module';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: ['@anthropic-ai/sdk'] } });
const { start } = await import('./setup.mjs');
${start}`;
  const esm = { 'conformance.mjs': source('conformance'), 'setup.mjs': source('conformance-setup') };
  if (build === 'esm') return { ...esm, 'app.mjs': app, 'start.mjs': hook };
  const cjs = {
    'setup.cjs': commonJs(esm['setup.mjs']),
    'start.cjs': `const { start } = require('./setup.cjs');\n${start}`,
  };
  if (build === 'bundle') return { ...esm, ...cjs, 'app.mjs': app };
  return { ...cjs, 'conformance.cjs': commonJs(esm['conformance.mjs']), 'app.cjs': commonJs(app) };
}

/** A file beside this one as JavaScript. What it imports of this package comes from the package as published. */
function source(name: string): string {
  const text = readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8');
  return stripTypeScriptTypes(text).replace(/'[./]+src\/(\w+)\/index\.ts'/g, `'anthropic-otel/$1'`);
}

/** The same in CommonJS. */
function commonJs(text: string): string {
  const names = [...text.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name]) => name);
  return `${text
    .replace(/^import \{([^}]*)\} from '([^']+)';/gm, (_, list: string, name: string) => {
      const local = name.replace(/^\.(.*)\.mjs$/, '.$1.cjs');
      return `const {${list.replaceAll(' as ', ': ')}} = require('${local}');`;
    })
    .replace(/^export /gm, '')}
module.exports = { ${names.join(', ')} };
`;
}

/** How the client of a bundle gets its telemetry: the instrumentation cannot see into a bundle. */
function bundledClient(row: string): string {
  const [major = 0, minor = 0] = row.split('.').map(Number);
  if (row === 'latest' || major > 0 || minor >= 101) return 'new Anthropic(withTelemetry(options))';
  // 0.39 cannot copy a client.
  return minor < 50
    ? 'new Anthropic(withTelemetry({ fetch: globalThis.fetch, ...options }))'
    : 'observe(new Anthropic(options))';
}

/** The minor versions that the registry serves, oldest first. */
async function servedVersions(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('npm', ['view', '@anthropic-ai/sdk', 'versions', '--json']);
  const minors = (JSON.parse(stdout) as string[]).flatMap((version) => {
    const [, major = '', minor = ''] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
    return Number(major) > 0 || Number(minor) >= 39 ? [`${major}.${minor}`] : [];
  });
  return [...new Set(minors)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
