/** Test runners, bundlers, package managers and other runtimes. */
import { type Cell, REGISTER } from '../cell.ts';
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
const test = { kind: 'run', expected: undefined, bare: false } as const;
const jest = { ...test, packages: ['jest@latest'], start: ['jest', '--silent=false'] } as const;
const vitest = { ...test, packages: ['vitest@latest'], start: ['vitest', 'run'] } as const;
const VITEST = `import { expect, test, vi } from 'vitest';\n`;

const TESTS: readonly Cell[] = [
  {
    ...jest,
    name: 'jest, observe(hand-written mock)',
    files: { 'mock.test.js': mockTest(`const { observe } = require('anthropic-otel');\n${HAND_WRITTEN}`) },
  },
  {
    ...jest,
    name: 'jest, observe(automock)',
    files: {
      'mock.test.js': mockTest(
        `const { observe } = require('anthropic-otel');\nconst { Anthropic } = require('@anthropic-ai/sdk');\njest.mock('@anthropic-ai/sdk');\nconst make = () => { const client = new Anthropic(); client.messages ??= { create: jest.fn() }; return client; };`,
      ),
    },
  },
  {
    ...jest,
    name: 'jest, withTelemetry and the real client',
    expected: { calls: { ok: 4 }, attempts: {} },
    nodeOptions: REGISTER,
    reports: /jest/,
    files: {
      'work.js': WITH_TELEMETRY.replace(
        `import Anthropic from '@anthropic-ai/sdk';`,
        `const { Anthropic } = require('@anthropic-ai/sdk');`,
      )
        .replace(
          /import \{ withTelemetry \} from 'anthropic-otel';.*\n/,
          `const { withTelemetry } = require('anthropic-otel');\n`,
        )
        .replace('export { work, page };', 'module.exports = { work };'),
      'real.test.js': `const { work } = require('./work.js');\n${realTest}`,
    },
  },
  {
    ...jest,
    name: 'jest under NODE_OPTIONS',
    expected: { calls: { ok: 4 }, attempts: {} },
    nodeOptions: REGISTER,
    files: {
      'work.js': WORK_ESM('new Anthropic()', `const { Anthropic } = require('@anthropic-ai/sdk');`).replace(
        'export { work, page };',
        'module.exports = { work };',
      ),
      'real.test.js': `const { work } = require('./work.js');\n${realTest}`,
    },
    reports: /jest/,
  },
  {
    ...vitest,
    name: 'vitest, observe(hand-written mock)',
    files: {
      'mock.test.mjs': mockTest(`${VITEST}import { observe } from 'anthropic-otel';\n${HAND_WRITTEN}`),
    },
  },
  {
    ...vitest,
    name: 'vitest, observe(automock)',
    files: {
      'mock.test.mjs': mockTest(
        `${VITEST}import { observe } from 'anthropic-otel';\nimport Anthropic from '@anthropic-ai/sdk';\nvi.mock('@anthropic-ai/sdk');\nconst make = () => { const client = new Anthropic(); client.messages ??= { create: vi.fn() }; return client; };`,
      ),
    },
  },
  {
    ...vitest,
    name: 'vitest under NODE_OPTIONS',
    expected: { calls: { ok: 4 }, attempts: {} },
    nodeOptions: REGISTER,
    files: {
      'work.mjs': WORK_ESM(),
      'real.test.mjs': `${VITEST}import { work } from './work.mjs';\n${realTest}`,
    },
    reports: /vitest/,
  },
];

/** How each bundler makes one file `dist/app.mjs` or `dist/app.cjs` of `app.mjs`, with all that it imports. */
const BUNDLERS: Readonly<Record<string, Pick<Cell, 'packages' | 'files' | 'build' | 'start'>>> = {
  'esbuild esm': {
    packages: ['esbuild@latest'],
    files: {},
    build: [
      [
        'esbuild',
        'app.mjs',
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--outfile=dist/app.mjs',
        `--banner:js=import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
      ],
    ],
    start: ['dist/app.mjs'],
  },
  'esbuild cjs': {
    packages: ['esbuild@latest'],
    files: {},
    build: [['esbuild', 'app.mjs', '--bundle', '--platform=node', '--format=cjs', '--outfile=dist/app.cjs']],
    start: ['dist/app.cjs'],
  },
  rollup: {
    packages: [
      'rollup@latest',
      '@rollup/plugin-node-resolve@latest',
      '@rollup/plugin-commonjs@latest',
      '@rollup/plugin-json@latest',
    ],
    files: {
      'rollup.config.mjs': `import resolve from '@rollup/plugin-node-resolve';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
export default { input: 'app.mjs', output: { file: 'dist/app.mjs', format: 'esm', inlineDynamicImports: true }, plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()], onwarn() {} };
`,
    },
    build: [['rollup', '-c']],
    start: ['dist/app.mjs'],
  },
  'vite ssr': {
    packages: ['vite@latest'],
    files: {
      'vite.config.mjs': `export default { build: { ssr: 'app.mjs', target: 'node22' }, ssr: { noExternal: true } };\n`,
    },
    build: [['vite', 'build']],
    start: ['dist/app.mjs'],
  },
  webpack: {
    packages: ['webpack@latest', 'webpack-cli@latest'],
    files: {
      'webpack.config.cjs': `module.exports = { entry: './app.mjs', target: 'node22', mode: 'production', output: { filename: 'app.cjs' } };\n`,
    },
    build: [['webpack']],
    start: ['dist/app.cjs'],
  },
};
const BUNDLES: readonly Cell[] = Object.entries(BUNDLERS).flatMap(
  ([name, { packages, files, build, start }]): Cell[] => {
    const base = { packages: packages ?? [], build: build ?? [], start: ['node', REGISTER, ...start] };
    const quick = name.startsWith('esbuild') ? ({ quick: true } as const) : {};
    return [
      {
        ...base,
        ...quick,
        name: `bundle ${name}, withTelemetry`,
        files: { ...ESM, ...files, 'work.mjs': WITH_TELEMETRY },
      },
      {
        ...base,
        ...quick,
        name: `bundle ${name}, register alone`,
        files: { ...ESM, ...files },
        reports: /withTelemetry|observe/,
      },
      {
        ...base,
        name: `bundle ${name}, register bundled too`,
        files: {
          ...files,
          'app.mjs': `import 'anthropic-otel/register'; // register\nimport './server.mjs';\n`,
          'server.mjs': SERVER_ESM,
          'work.mjs': WITH_TELEMETRY,
        },
        start: ['node', ...start],
      },
    ];
  },
);

const MANAGERS: readonly Cell[] = [
  {
    name: 'pnpm, build of protobufjs allowed',
    manager: 'pnpm',
    installFlags: ['--allow-build=protobufjs'],
    files: ESM,
    start: ['node', REGISTER, 'app.mjs'],
  },
  { name: 'yarn node-modules', manager: 'yarn', files: ESM, start: ['node', REGISTER, 'app.mjs'] },
  ...['yarn pnp', 'yarn pnp, with @opentelemetry/api'].map(
    (name): Cell => ({
      name,
      manager: 'yarn-pnp',
      packages: name.includes('api') ? ['@opentelemetry/api@latest'] : [],
      // The peer dependency has to be asked for.
      ...(name.includes('api') ? {} : { reports: /npm install.*@opentelemetry\/api/ }),
      files: ESM,
      start: ['node', '--require=./.pnp.cjs', '--loader=./.pnp.loader.mjs', REGISTER, 'app.mjs'],
    }),
  ),
];

const RUNTIMES: readonly Cell[] = [
  {
    name: 'bun --preload register',
    packages: ['bun@latest'],
    files: ESM,
    start: ['bun', '--preload=anthropic-otel/register', 'app.mjs'],
    reports: /registerHooks.*withTelemetry/,
  },
  {
    name: 'bun withTelemetry',
    packages: ['bun@latest'],
    files: { ...ESM, 'work.mjs': WITH_TELEMETRY },
    start: ['bun', '--preload=anthropic-otel/register', 'app.mjs'],
  },
  {
    name: 'deno --preload register',
    packages: ['deno@latest'],
    files: ESM,
    start: ['deno', 'run', '-A', '--preload=./node_modules/anthropic-otel/dist/register.mjs', 'app.mjs'],
    reports: /withTelemetry/,
  },
  {
    name: 'deno withTelemetry',
    packages: ['deno@latest'],
    files: {
      'app.mjs': `import 'anthropic-otel/register'; // register\nawait import('./server.mjs');\n`,
      'server.mjs': SERVER_ESM,
      'work.mjs': WITH_TELEMETRY,
    },
    start: ['deno', 'run', '-A', 'app.mjs'],
  },
];

export const TOOL_CELLS: readonly Cell[] = [...TESTS, ...BUNDLES, ...MANAGERS, ...RUNTIMES];
