/** Test runners, bundlers, package managers and other runtimes. */
import { type Cell, cell, quick, REGISTER } from '../cell.ts';
import { SERVER_ESM, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
/** A work module whose client has the telemetry in its options. */
const WITH_TELEMETRY = WORK_ESM(
  'new Anthropic(options)',
  `import Anthropic from '@anthropic-ai/sdk';
import { withTelemetry } from 'anthropic-otel'; // register
let options = {};
options = withTelemetry(options); // register
`,
);

const mockTest = (lines: string): string => `${lines}
test('an application whose client is a mock', async () => {
  const client = make();
  const message = await observe(client).messages.create({ model: 'claude-sonnet-5-5', max_tokens: 5, messages: [] });
  expect(message).toEqual(client.expected ?? undefined);
});
`;
const HAND_WRITTEN = `const expected = { id: 'msg_1' };
const make = () => ({ expected, messages: { create: async () => expected } });`;
const realTest = `test('makes calls', async () => { expect((await work()).pid).toBe(process.pid); });\n`;
const VITEST = `import { expect, test, vi } from 'vitest';\n`;
const CJS_OBSERVE = `const { observe } = require('anthropic-otel');\n`;
const ESM_OBSERVE = `import { observe } from 'anthropic-otel';\n`;
const CJS_SDK = `const { Anthropic } = require('@anthropic-ai/sdk');`;
/** An automatic mock, of jest or of vi. */
const AUTOMOCK = (tool: string): string =>
  `${tool}.mock('@anthropic-ai/sdk');\nconst make = () => { const client = new Anthropic(); client.messages ??= { create: ${tool}.fn() }; return client; };`;
const EXPORTS = 'export { work, page };';
const REAL = { expected: { calls: { ok: 4 }, attempts: {} }, nodeOptions: REGISTER } as const;
const REAL_JEST = { ...REAL, reports: /Jest/ };

type Files = Readonly<Record<string, string>>;
const test = { kind: 'run', expected: undefined, bare: false } as const;
const jest = (name: string, files: Files, more: Partial<Cell> = {}): Cell =>
  cell(`jest${name}`, 'jest --silent=false', { ...test, packages: ['jest@latest'], files, ...more });
const vitest = (name: string, files: Files, more: Partial<Cell> = {}): Cell =>
  cell(`vitest${name}`, 'vitest run', { ...test, packages: ['vitest@latest'], files, ...more });
const jestReal = (work: string): Files => ({
  'work.js': work.replace(EXPORTS, 'module.exports = { work };'),
  'real.test.js': `const { work } = require('./work.js');\n${realTest}`,
});

const TESTS: readonly Cell[] = [
  jest(', observe(hand-written mock)', { 'mock.test.js': mockTest(`${CJS_OBSERVE}${HAND_WRITTEN}`) }),
  jest(', observe(automock)', { 'mock.test.js': mockTest(`${CJS_OBSERVE}${CJS_SDK}\n${AUTOMOCK('jest')}`) }),
  jest(
    ', withTelemetry and the real client',
    jestReal(
      WITH_TELEMETRY.replace(`import Anthropic from '@anthropic-ai/sdk';`, CJS_SDK).replace(
        /import \{ withTelemetry \} from 'anthropic-otel';.*\n/,
        `const { withTelemetry } = require('anthropic-otel');\n`,
      ),
    ),
    REAL_JEST,
  ),
  jest(' under NODE_OPTIONS', jestReal(WORK_ESM('new Anthropic()', CJS_SDK)), REAL_JEST),
  vitest(', observe(hand-written mock)', {
    'mock.test.mjs': mockTest(`${VITEST}${ESM_OBSERVE}${HAND_WRITTEN}`),
  }),
  vitest(', observe(automock)', {
    'mock.test.mjs': mockTest(
      `${VITEST}${ESM_OBSERVE}import Anthropic from '@anthropic-ai/sdk';\n${AUTOMOCK('vi')}`,
    ),
  }),
  vitest(
    ' under NODE_OPTIONS',
    { 'work.mjs': WORK_ESM(), 'real.test.mjs': `${VITEST}import { work } from './work.mjs';\n${realTest}` },
    { ...REAL, reports: /vitest/ },
  ),
];

const BANNER = `--banner:js=import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`;
const ESBUILD = 'esbuild app.mjs --bundle --platform=node'.split(' ');
const ROLLUP_CONFIG = `import resolve from '@rollup/plugin-node-resolve';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
export default { input: 'app.mjs', output: { file: 'dist/app.mjs', format: 'esm', inlineDynamicImports: true }, plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()], onwarn() {} };
`;
const VITE_CONFIG = `export default { build: { ssr: 'app.mjs', target: 'node22' }, ssr: { noExternal: true } };\n`;
const WEBPACK_CONFIG = `module.exports = { entry: './app.mjs', target: 'node22', mode: 'production', output: { filename: 'app.cjs' } };\n`;

/** How each bundler makes one file \`dist/app.mjs\` or \`dist/app.cjs\` of \`app.mjs\`, with all that it imports. */
const BUNDLERS: readonly (readonly [
  name: string,
  packages: string,
  command: string[],
  file: string,
  Files?,
])[] = [
  ['esbuild esm', 'esbuild', [...ESBUILD, '--format=esm', '--outfile=dist/app.mjs', BANNER], 'app.mjs'],
  ['esbuild cjs', 'esbuild', [...ESBUILD, '--format=cjs', '--outfile=dist/app.cjs'], 'app.cjs'],
  [
    'rollup',
    'rollup @rollup/plugin-node-resolve @rollup/plugin-commonjs @rollup/plugin-json',
    ['rollup', '-c'],
    'app.mjs',
    { 'rollup.config.mjs': ROLLUP_CONFIG },
  ],
  ['vite ssr', 'vite', ['vite', 'build'], 'app.mjs', { 'vite.config.mjs': VITE_CONFIG }],
  ['webpack', 'webpack webpack-cli', ['webpack'], 'app.cjs', { 'webpack.config.cjs': WEBPACK_CONFIG }],
];
const BUNDLES: readonly Cell[] = BUNDLERS.flatMap(([name, packages, command, file, files = {}]): Cell[] => {
  const base = { packages: packages.split(' ').map((each) => `${each}@latest`), build: [command] };
  const either = name.startsWith('esbuild') ? quick : cell;
  return [
    either(`bundle ${name}, withTelemetry`, `node ${REGISTER} dist/${file}`, {
      ...base,
      files: { ...ESM, ...files, 'work.mjs': WITH_TELEMETRY },
    }),
    either(`bundle ${name}, register alone`, `node ${REGISTER} dist/${file}`, {
      ...base,
      files: { ...ESM, ...files },
      reports: /withTelemetry|observe/,
    }),
    cell(`bundle ${name}, register bundled too`, `node dist/${file}`, {
      ...base,
      files: {
        ...files,
        'app.mjs': `import 'anthropic-otel/register'; // register\nimport './server.mjs';\n`,
        'server.mjs': SERVER_ESM,
        'work.mjs': WITH_TELEMETRY,
      },
    }),
  ];
});

const START = `node ${REGISTER} app.mjs`;
const pnp = (name: string, more: Partial<Cell>): Cell =>
  cell(name, `node --require=./.pnp.cjs --loader=./.pnp.loader.mjs ${REGISTER} app.mjs`, {
    manager: 'yarn-pnp',
    packages: [],
    files: ESM,
    ...more,
  });
const MANAGERS: readonly Cell[] = [
  cell('pnpm, build of protobufjs allowed', START, {
    manager: 'pnpm',
    installFlags: ['--allow-build=protobufjs'],
    files: ESM,
  }),
  cell('yarn node-modules', START, { manager: 'yarn', files: ESM }),
  // The peer dependency has to be asked for.
  pnp('yarn pnp', { reports: /npm install.*@opentelemetry\/api/ }),
  pnp('yarn pnp, with @opentelemetry/api', { packages: ['@opentelemetry/api@latest'] }),
];

const bun = { packages: ['bun@latest'], files: ESM };
const BUN = 'bun --preload=anthropic-otel/register app.mjs';
const DENO = 'deno run -A --preload=./node_modules/anthropic-otel/dist/register.mjs app.mjs';
const RUNTIMES: readonly Cell[] = [
  cell('bun --preload register', BUN, { ...bun, reports: /registerHooks.*withTelemetry/ }),
  cell('bun withTelemetry', BUN, { ...bun, files: { ...ESM, 'work.mjs': WITH_TELEMETRY } }),
  cell('deno --preload register', DENO, { packages: ['deno@latest'], files: ESM, reports: /withTelemetry/ }),
  cell('deno withTelemetry', 'deno run -A app.mjs', {
    packages: ['deno@latest'],
    files: {
      'app.mjs': `import 'anthropic-otel/register'; // register\nawait import('./server.mjs');\n`,
      'server.mjs': SERVER_ESM,
      'work.mjs': WITH_TELEMETRY,
    },
  }),
];

export const TOOL_CELLS: readonly Cell[] = [...TESTS, ...BUNDLES, ...MANAGERS, ...RUNTIMES];
