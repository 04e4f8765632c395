/** The loader hook of `register` in every kind of process. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REQUEST } from '../helpers/apps.ts';
import { createApp, type Ended, run, start, startApi } from '../helpers/process.ts';

const REGISTER = 'anthropic-otel/register';
const QUIET = { OTEL_METRICS_EXPORTER: 'none' };
const FLAGS = ['--import', '--require'] as const;
const CALL = `new Anthropic({ baseURL: process.env.BASE_URL }).messages.create(${REQUEST}).then(({ usage }) => console.log(usage.output_tokens));`;
const ESM = `import Anthropic from '@anthropic-ai/sdk';\n${CALL}`;
const CJS = `const Anthropic = require('@anthropic-ai/sdk');\n${CALL}`;

/** Runs `node` with `args` against an API. */
async function runApp(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const api = await startApi();
  return run(createApp(files), args, { BASE_URL: api.url, ...QUIET, ...env });
}

function expectRecorded(ended: Ended, calls = 1): void {
  expect(ended).toMatchObject({ code: 0, warnings: [], stdout: '27\n'.repeat(calls) });
  expect(ended.records).toHaveLength(calls);
  for (const record of ended.records)
    expect(record).toMatchObject({ event: 'anthropic.call', output_tokens: 27 });
}

describe.each(FLAGS)('with %s, a process without a main module', (flag) => {
  test.each([
    ['-e', ['-e', 'console.log(2)']],
    ['-p', ['-p', '1 + 1']],
    ['--input-type=module -e', ['--input-type=module', '-e', 'console.log(import.meta.url.length)']],
    ['--input-type=commonjs -p', ['--input-type=commonjs', '-p', 'require("node:path").sep']],
    ['--check', ['--check', 'app.cjs']],
    ['--version', ['--version']],
    [
      'Module._load of builtins',
      ['-p', `['zlib', 'node:zlib', 'fs'].map((name) => typeof module.constructor._load(name)).join()`],
    ],
  ])('ends as without this package: %s', async (_title, args) => {
    const folder = createApp({ 'app.cjs': CJS });
    const plain = await run(folder, args);
    expect(await run(folder, [flag, REGISTER, ...args], QUIET)).toEqual(plain);
  });

  test.each([
    ['-e', ['-e', CJS]],
    ['--input-type=module -e', ['--input-type=module', '-e', ESM]],
  ])('is observed: %s', async (_title, args) => {
    expectRecorded(await runApp({}, [flag, REGISTER, ...args]));
  });

  test.each([
    ['a script on standard input', [], CJS],
    ['a module on standard input', ['--input-type=module'], ESM],
    ['the prompt', ['-i'], `${CJS.replace('const', 'var')}\n`],
  ])('is observed: %s', async (_title, args, text) => {
    const api = await startApi();
    const running = start(createApp({}), [flag, REGISTER, ...args, ...(args.includes('-i') ? [] : ['-'])], {
      BASE_URL: api.url,
      ...QUIET,
    });
    running.write(text);
    if (args.includes('-i')) await running.printed('27\n');
    running.end();
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('27\n') });
    expect(ended.records).toMatchObject([{ event: 'anthropic.call', output_tokens: 27 }]);
  });
});

/** What other libraries do to the loading of modules, each as a preload. */
const LOADERS: Readonly<Record<string, string>> = {
  'a hook in this thread': `import { registerHooks } from 'node:module';
registerHooks({
  resolve: (name, context, next) => next(name, context),
  load: (url, context, next) => { const { source, ...rest } = next(url, context); return { ...rest, source: source && Buffer.from(source) }; },
});`,
  'a hook in a thread of its own': `import { register } from 'node:module';
register('data:text/javascript,export const load = (url, context, next) => next(url, context)');`,
  'the hook of OpenTelemetry': `import { register } from 'node:module';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);`,
  'a reader of its own for CommonJS': `import fs from 'node:fs';
import { Module } from 'node:module';
Module._extensions['.js'] = Module._extensions['.cjs'] = (module, path) => module._compile(fs.readFileSync(path, 'utf8'), path);`,
  'a wrapped compiler': `import { Module } from 'node:module';
const compile = Module.prototype._compile;
Module.prototype._compile = function (...args) { return compile.apply(this, args); };`,
  'a wrapped require': `import { Module } from 'node:module';
const { require } = Module.prototype;
Module.prototype.require = function (...args) { return require.apply(this, args); };`,
};

describe('beside other loaders, each call of both builds is recorded once, whichever comes first', () => {
  test.each(Object.entries(LOADERS))('%s', async (_title, loader) => {
    const files = { 'loader.mjs': loader, 'app.mjs': `${ESM}\nawait import('./app.cjs');`, 'app.cjs': CJS };
    const preloads = ['--import', REGISTER, '--import', './loader.mjs'];
    expectRecorded(await runApp(files, ['app.mjs'], { NODE_OPTIONS: preloads.join(' ') }), 2);
    const turned = ['--import', './loader.mjs', '--import', REGISTER];
    expectRecorded(await runApp(files, [...turned, 'app.mjs']), 2);
  });
});

describe('the loader hook', () => {
  test.each([
    ['the SDK', `globalThis.Anthropic = require('@anthropic-ai/sdk');`],
    ['the SDK, its default export', `globalThis.Anthropic = require('@anthropic-ai/sdk').default;`],
    ['SDK 0.39', `globalThis.Anthropic = require('sdk-0-39');`],
    ['SDK 0.60', `globalThis.Anthropic = require('sdk-0-60');`],
    [
      'Foundry',
      `const Foundry = require('@anthropic-ai/foundry-sdk').AnthropicFoundry;
globalThis.Anthropic = class extends Foundry { constructor(options) { super({ ...options, apiKey: 'k' }); } };`,
    ],
    ['Bedrock', `globalThis.Anthropic = require('@anthropic-ai/bedrock-sdk').AnthropicBedrockMantle;`],
  ])('observes clients of a CommonJS class that was loaded before it: %s', async (_title, preload) => {
    const args = ['--require', './preload.cjs', '--import', REGISTER, 'app.cjs'];
    const ended = await runApp({ 'preload.cjs': preload, 'app.cjs': CALL }, args, {
      AWS_BEARER_TOKEN_BEDROCK: 'k',
    });
    expectRecorded(ended);
  });

  test.each(['Object.freeze(globalThis)', 'Object.seal(globalThis)', 'Object.preventExtensions(globalThis)'])(
    'works in a process that does %s after it',
    async (lock) => {
      // Node makes the globals of its own fetch at the first use.
      for (const [file, text] of [
        ['app.mjs', ESM],
        ['app.cjs', CJS],
      ] as const) {
        const args = ['--import', REGISTER, '--import', './lock.mjs', file];
        expectRecorded(await runApp({ 'lock.mjs': `await fetch('data:,'); ${lock};`, [file]: text }, args));
      }
    },
  );

  test('works in worker threads', async () => {
    const app = `import { Worker } from 'node:worker_threads'; new Worker(new URL('./work.mjs', import.meta.url));`;
    expectRecorded(await runApp({ 'app.mjs': app, 'work.mjs': ESM }, ['--import', REGISTER, 'app.mjs']));
  });

  test.each([
    ['app.mjs', ESM],
    ['app.cjs', CJS],
  ])('leaves the lines and source maps of the SDK as they are, in %s', async (file, text) => {
    const app = text.replace(
      /\bnew Anthropic[\s\S]*$/,
      `try { new Anthropic({ maxRetries: -1 }); } catch (error) { console.log(error.stack.split('\\n').filter((line, at) => at === 0 || line.includes('@anthropic-ai/sdk')).join('\\n')); }`,
    );
    const folder = createApp({ [file]: app });
    const plain = await run(folder, ['--enable-source-maps', file]);
    expect(plain.stdout).toMatch(/Error: maxRetries[\s\S]*client\.ts:\d+/);
    expect(await run(folder, ['--enable-source-maps', '--import', REGISTER, file], QUIET)).toEqual(plain);
  });

  test.each([
    ['0.38.0', '0.39.0 or later, below 2, is needed'],
    ['2.0.0', '0.39.0 or later, below 2, is needed'],
  ])('leaves version %s alone, and reports that once', async (version, why) => {
    const ended = await runFake(
      version,
      'export class BaseAnthropic {}\nexport class Anthropic extends BaseAnthropic {}',
    );
    expect(ended).toMatchObject({ code: 0, stdout: 'true\n' });
    expect(ended.warnings).toEqual([`anthropic-otel: @anthropic-ai/sdk ${version} is not observed; ${why}`]);
  });

  test.each([
    [
      'constant classes',
      'export const BaseAnthropic = class BaseAnthropic {};\nexport const Anthropic = class extends BaseAnthropic {};',
    ],
    ['a minified class', 'class a {}\nclass b extends a {}\nexport { a as BaseAnthropic, b as Anthropic };'],
    ['a class by another name', 'class a {}\nexport class Anthropic extends a {}\n// class BaseAnthropic'],
  ])(
    'leaves a form of the SDK alone that it does not know, and reports that once: %s',
    async (_title, text) => {
      const ended = await runFake('1.99.0', text);
      expect(ended).toMatchObject({ code: 0, stdout: 'true\n' });
      expect(ended.warnings).toEqual([
        expect.stringMatching(
          /^anthropic-otel: @anthropic-ai\/sdk 1\.99\.0 is not observed; its file file:.* has an unknown form: use withTelemetry in your code$/,
        ),
      ]);
    },
  );

  test('does not touch files of other packages that look like those of the SDK', async () => {
    const folder = createApp({
      'client.mjs':
        'export class BaseAnthropic {}\nexport const text = () => Object.getPrototypeOf(BaseAnthropic) === Function.prototype;',
      'app.mjs': `import { text } from './client.mjs'; console.log(text());`,
    });
    expect(await run(folder, ['--import', REGISTER, 'app.mjs'], QUIET)).toMatchObject({
      stdout: 'true\n',
      stderr: '',
    });
  });

  test('reports in one line what to do where Node has no such hooks', async () => {
    const files = { 'old.cjs': `require('node:module').registerHooks = undefined;`, 'app.mjs': ESM };
    const ended = await runApp(files, ['--require', './old.cjs', '--import', REGISTER, 'app.mjs']);
    expect(ended).toMatchObject({ code: 0, stdout: '27\n' });
    // The call is seen, and its attempts are not.
    expect(ended.records).toEqual([expect.objectContaining({ event: 'anthropic.call', outcome: 'ok' })]);
    expect(ended.records[0]).not.toHaveProperty('attempts');
    expect(ended.warnings).toEqual([expect.stringMatching(/registerHooks.*22\.15.*withTelemetry/)]);
  });
});

/** Runs an application that imports a stand-in for the SDK. */
async function runFake(version: string, text: string): Promise<Ended> {
  const folder = createApp({
    'app.mjs': `import { Anthropic } from 'fake/client.mjs'; console.log(new Anthropic() instanceof Anthropic);`,
  });
  const fake = join(folder, 'node_modules/fake');
  mkdirSync(fake);
  writeFileSync(
    join(fake, 'package.json'),
    JSON.stringify({ name: '@anthropic-ai/sdk', version, type: 'module' }),
  );
  writeFileSync(join(fake, 'client.mjs'), text);
  return run(folder, ['--import', REGISTER, 'app.mjs'], QUIET);
}
