import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../src/cli/config/config.ts';
import { SHOWN, valueAt } from '../../src/cli/init/template.ts';
import { ROOT } from '../helpers/process.ts';
import { cli, cliJson, createFolder, readTree } from './support/cli.ts';

interface InitResult {
  readonly file: string;
  readonly project: { readonly moduleSystem: string };
  readonly steps: readonly { title: string; lines: string[] }[];
}

describe('anthropic-otel init', () => {
  test.each(['ts', 'mjs', 'json'])(
    'writes a %s configuration that is valid and changes nothing',
    async (format) => {
      const folder = createFolder();
      await cli(folder, ['export']);
      expect(await cli(folder, ['init', '--format', format])).toMatchObject({ code: 0, stderr: '' });
      expect(Object.keys(readTree(folder))).toContain(`anthropic-otel.config.${format}`);
      expect(await cli(folder, ['export', '--check'])).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('writes settings that are there, with their defaults', () => {
    for (const [path] of SHOWN) expect(valueAt(DEFAULTS, path), path).not.toBe(undefined);
  });

  test('writes a typed configuration: an unknown setting is an error of the type checker', async () => {
    const folder = createFolder({ 'tsconfig.json': '{}' });
    const { file } = await cliJson<InitResult>(folder, ['init']);
    expect(file).toBe('anthropic-otel.config.ts');
    const check = (): string => {
      const paths = { 'anthropic-otel': [join(ROOT, 'dist/index.d.mts')] };
      const options = {
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
        paths,
      };
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: [file] }),
      );
      return spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
    };
    expect(check()).toBe('');
    writeFileSync(
      join(folder, file),
      "import type { MonitoringConfig } from 'anthropic-otel';\nexport default { errorRat: 1 } satisfies MonitoringConfig;\n",
    );
    expect(check()).toContain('errorRat');
  });

  test('keeps a configuration that is there, unless forced', async () => {
    const folder = createFolder({ 'anthropic-otel.config.json': '{}' });
    const refused = await cli(folder, ['init', '--format', 'json']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('--force');
    expect(readTree(folder)).toEqual({ 'anthropic-otel.config.json': '{}' });
    expect(await cli(folder, ['init', '--format', 'json', '--force'])).toMatchObject({ code: 0 });
  });

  test.each<[string, Record<string, string>, RegExp, RegExp]>([
    [
      'a plain application',
      { 'package.json': '{"scripts":{"start":"node server.js"}}' },
      /^node --import=anthropic-otel\/register server\.js$/m,
      /prometheus --config\.file/,
    ],
    [
      'tsx',
      { 'package.json': '{"scripts":{"start":"tsx src/app.ts"}}' },
      /^tsx --import=anthropic-otel\/register src\/app\.ts$/m,
      /prometheus --config\.file/,
    ],
    [
      'Next.js',
      { 'package.json': '{"dependencies":{"next":"latest"},"scripts":{"start":"next start"}}' },
      /serverExternalPackages/,
      /prometheus/,
    ],
    [
      'NestJS with pnpm',
      {
        'package.json': '{"dependencies":{"@nestjs/core":"1"},"scripts":{"start":"nest start"}}',
        'pnpm-lock.yaml': '',
      },
      /pnpm add .*anthropic-otel[\s\S]*NODE_OPTIONS=--import=anthropic-otel\/register pnpm start/,
      /prometheus/,
    ],
    ['Docker', { Dockerfile: 'FROM node' }, /node --import/, /mount monitoring\/alerts/],
    [
      'Kubernetes',
      { 'deploy/app.yaml': 'apiVersion: apps/v1\nkind: Deployment\n' },
      /node --import/,
      /kubectl apply -f monitoring\/alerts\/anthropic\.prometheusrule\.yaml/,
    ],
  ])('prints the steps for %s', async (_name, files, first, second) => {
    const { steps } = await cliJson<InitResult>(createFolder(files), ['init']);
    expect(steps).toHaveLength(3);
    expect(steps[0]?.lines.join('\n')).toMatch(first);
    expect(steps[1]?.lines.join('\n')).toMatch(second);
    expect(steps[2]?.lines.join('\n')).toContain('anthropic-otel doctor');
  });

  test.each<[string, string, Record<string, string>]>([
    [
      'ES modules',
      'the manifest says so',
      { 'package.json': '{"type":"module"}', 'index.js': 'require("x")' },
    ],
    ['CommonJS', 'the manifest says so', { 'package.json': '{"type":"commonjs"}', 'index.js': 'import "x"' }],
    [
      'ES modules',
      'the start script names an .mjs',
      { 'package.json': '{"scripts":{"start":"node --env-file=.env ./server.mjs"}}' },
    ],
    [
      'CommonJS',
      'the start script names a .cjs',
      { 'package.json': '{"scripts":{"start":"NODE_ENV=production node server.cjs"}}' },
    ],
    [
      'ES modules',
      'its code imports',
      {
        'package.json': '{"scripts":{"start":"node app"},"main":"lib/app.js"}',
        'lib/app.js': "#!/usr/bin/env node\n/* const x = require('x'); */\nimport x from 'x';",
      },
    ],
    ['ES modules', 'its code exports', { 'src/index.js': 'export const handler = async () => {};' }],
    [
      'CommonJS',
      'its code requires',
      { 'package.json': '{"main":"./app.js"}', 'app.js': "// import x from 'x';\nconst x = require('x');" },
    ],
    [
      'CommonJS',
      'the compiler writes it',
      {
        'tsconfig.json': '{ // compiled\n "compilerOptions": { "module": "CommonJS", } }',
        'src/index.ts': "import x from 'x';",
      },
    ],
    [
      'ES modules',
      'the compiler writes them',
      {
        'tsconfig.json': '{"extends":"./base"}',
        'base.json': '{"compilerOptions":{"module":"ESNext"}}',
        'package.json': '{"scripts":{"start":"node dist/main.js"}}',
      },
    ],
    [
      'CommonJS',
      'nodenext follows the manifest',
      { 'tsconfig.json': '{"compilerOptions":{"module":"nodenext"}}' },
    ],
    ['ES modules', 'TypeScript without settings imports', { 'app.ts': "import type { X } from 'x';" }],
    ['CommonJS', 'nothing says otherwise', {}],
    ['CommonJS', 'the manifest is damaged', { 'package.json': '{' }],
  ])('finds %s where %s', async (system, _why, files) => {
    const { project } = await cliJson<InitResult>(createFolder(files), ['init']);
    expect(project.moduleSystem).toBe(system);
  });

  test.each([
    [['--budget', 'much'], 'spend.dailyBudgetUsd'],
    [['--format', 'yaml'], 'ts, mjs, json'],
  ])('%j is named as wrong, and nothing is written', async (args, message) => {
    const folder = createFolder();
    const ended = await cli(folder, ['init', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(readTree(folder)).toEqual({});
  });
});

test('anthropic-otel --help lists the commands, and each has its own help', async () => {
  const folder = createFolder();
  const { stdout } = await cli(folder, ['--help']);
  const commands = [...stdout.matchAll(/^ {2}(\w+) {2,}\w/gm)].map(([, name]) => name ?? '');
  expect(commands).toEqual(expect.arrayContaining(['init', 'export', 'push', 'doctor']));
  for (const command of commands) {
    const help = await cli(folder, [command, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^Usage: anthropic-otel ${command}`));
    expect(help.stdout).toContain('--json');
  }
  expect((await cli(folder, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
