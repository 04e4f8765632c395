/** Web frameworks, and the ways to run TypeScript. */
import { type Cell, REGISTER, REQUIRE } from '../cell.ts';
import { WORK_CJS, WORK_ESM, WORK_TS } from '../texts.ts';

const EXPRESS_TS = `import express from 'express';
import { page, work } from './work.js';
const app = express();
app.get('/work', async (_request, response) => { response.json(await work()); });
app.get('/state', (_request, response) => { response.json(page()); });
app.listen(Number(process.env.PORT), '127.0.0.1');
`;
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'dist',
  },
  'ts-node': { transpileOnly: true },
});
const EXPRESS = [
  'express@latest',
  'tsx@latest',
  'ts-node@latest',
  'typescript@~5.9.0',
  '@types/node@^24.0.0',
  '@types/express@latest',
];
const ESM_PACKAGE = JSON.stringify({ type: 'module' });
const express = {
  packages: EXPRESS,
  files: { 'src/app.ts': EXPRESS_TS, 'src/work.ts': WORK_TS, 'tsconfig.json': TSCONFIG },
};
/** Resolved by CommonJS alone. */
const expressCjs = {
  ...express,
  files: { ...express.files, 'src/app.ts': EXPRESS_TS.replace('./work.js', './work') },
};
const expressEsm = { ...express, files: { ...express.files, 'src/package.json': ESM_PACKAGE } };
const APP = 'src/app.ts';

const FASTIFY = `import Fastify from 'fastify';
import { page, work } from './work.mjs';
const app = Fastify();
app.get('/work', () => work());
app.get('/state', () => page());
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
`;

const NEST = `import 'reflect-metadata';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { page, work } from './work.js';

@Injectable()
class Claude {
  work(): Promise<object> { return work(); }
}

@Controller()
class Pages {
  constructor(private readonly claude: Claude) {}
  @Get('work') work(): Promise<object> { return this.claude.work(); }
  @Get('state') state(): object { return page(); }
}

@Module({ controllers: [Pages], providers: [Claude] })
class AppModule {}

void NestFactory.create(AppModule, { logger: ['error', 'warn'] }).then((app) => app.listen(Number(process.env.PORT), '127.0.0.1'));
`;
const NEST_TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'commonjs',
    moduleResolution: 'node10',
    target: 'es2022',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'dist',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
  },
  include: ['src'],
});
const NEST_PACKAGES = (version: string): string[] => [
  ...['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${version}`),
  ...['reflect-metadata@latest', 'rxjs@latest', 'typescript@~5.9.0', '@types/node@^24.0.0'],
];

export const SERVER_CELLS: readonly Cell[] = [
  {
    ...expressEsm,
    name: 'express tsx, register first',
    quick: true,
    start: ['node', REGISTER, '--import=tsx', APP],
  },
  {
    ...expressEsm,
    name: 'express tsx, tsx first',
    quick: true,
    start: ['node', '--import=tsx', REGISTER, APP],
  },
  {
    ...express,
    name: 'express tsx cjs, register first',
    quick: true,
    start: ['node', REQUIRE, '--import=tsx', APP],
  },
  {
    ...express,
    name: 'express tsx cjs, tsx first',
    quick: true,
    start: ['node', '--import=tsx', REQUIRE, APP],
  },
  { ...expressEsm, name: 'express tsx command --import', quick: true, start: ['tsx', REGISTER, APP] },
  {
    ...expressCjs,
    name: 'express ts-node --require',
    quick: true,
    start: ['node', REQUIRE, '--require=ts-node/register', APP],
  },
  {
    ...expressCjs,
    name: 'express ts-node first',
    start: ['node', '--require=ts-node/register', REQUIRE, APP],
  },
  {
    ...expressEsm,
    name: 'express ts-node esm loader',
    start: ['node', REGISTER, '--loader=ts-node/esm', APP],
    noise: /ExperimentalWarning|--trace-warnings|--import 'data/,
  },
  {
    ...expressEsm,
    name: 'express type stripping',
    quick: true,
    files: { ...expressEsm.files, [APP]: EXPRESS_TS.replace('./work.js', './work.ts') },
    start: ['node', REGISTER, APP],
  },
  {
    ...expressEsm,
    name: 'express built by tsc',
    build: [['tsc', '-p', '.']],
    files: {
      ...expressEsm.files,
      'dist/package.json': ESM_PACKAGE,
      'tsconfig.json': TSCONFIG.replace('"strict":true', '"strict":true,"rootDir":"src"'),
    },
    start: ['node', REGISTER, 'dist/app.js'],
  },
  {
    name: 'fastify esm',
    quick: true,
    packages: ['fastify@latest'],
    files: { 'app.mjs': FASTIFY, 'work.mjs': WORK_ESM() },
    start: ['node', REGISTER, 'app.mjs'],
  },
  {
    name: 'fastify cjs',
    packages: ['fastify@latest'],
    files: {
      'app.cjs': `const app = require('fastify')();\nconst { page, work } = require('./work.cjs');\napp.get('/work', () => work());\napp.get('/state', async () => page());\napp.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });\n`,
      'work.cjs': WORK_CJS(),
    },
    start: ['node', REQUIRE, 'app.cjs'],
  },
  {
    name: 'nestjs 11',
    packages: NEST_PACKAGES('^11.0.0'),
    files: { 'src/app.ts': NEST, 'src/work.ts': WORK_TS, 'tsconfig.json': NEST_TSCONFIG },
    build: [['tsc', '-p', '.']],
    start: ['node', REQUIRE, 'dist/app.js'],
  },
  {
    name: 'nestjs latest',
    packages: NEST_PACKAGES('latest'),
    files: { 'src/app.ts': NEST, 'src/work.ts': WORK_TS, 'tsconfig.json': NEST_TSCONFIG },
    build: [['tsc', '-p', '.']],
    start: ['node', REGISTER, 'dist/app.js'],
  },
];
