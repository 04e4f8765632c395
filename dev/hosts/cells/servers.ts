/** Web frameworks, and the ways to run TypeScript. */
import { type Cell, cell, quick, REGISTER, REQUIRE } from '../cell.ts';
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

const nest = (version: string): Pick<Cell, 'packages' | 'files' | 'build'> => ({
  packages: NEST_PACKAGES(version),
  files: { 'src/app.ts': NEST, 'src/work.ts': WORK_TS, 'tsconfig.json': NEST_TSCONFIG },
  build: [['tsc', '-p', '.']],
});
const FASTIFY_CJS = `const app = require('fastify')();
const { page, work } = require('./work.cjs');
app.get('/work', () => work());
app.get('/state', async () => page());
app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
`;
const fastify = { packages: ['fastify@latest'] };

export const SERVER_CELLS: readonly Cell[] = [
  quick('express tsx, register first', `node ${REGISTER} --import=tsx ${APP}`, expressEsm),
  quick('express tsx, tsx first', `node --import=tsx ${REGISTER} ${APP}`, expressEsm),
  quick('express tsx cjs, register first', `node ${REQUIRE} --import=tsx ${APP}`, express),
  quick('express tsx cjs, tsx first', `node --import=tsx ${REQUIRE} ${APP}`, express),
  quick('express tsx command --import', `tsx ${REGISTER} ${APP}`, expressEsm),
  quick('express ts-node --require', `node ${REQUIRE} --require=ts-node/register ${APP}`, expressCjs),
  cell('express ts-node first', `node --require=ts-node/register ${REQUIRE} ${APP}`, expressCjs),
  cell('express ts-node esm loader', `node ${REGISTER} --loader=ts-node/esm ${APP}`, {
    ...expressEsm,
    noise: /ExperimentalWarning|--trace-warnings|--import 'data/,
  }),
  quick('express type stripping', `node ${REGISTER} ${APP}`, {
    ...expressEsm,
    files: { ...expressEsm.files, [APP]: EXPRESS_TS.replace('./work.js', './work.ts') },
  }),
  cell('express built by tsc', `node ${REGISTER} dist/app.js`, {
    ...expressEsm,
    build: [['tsc', '-p', '.']],
    files: {
      ...expressEsm.files,
      'dist/package.json': ESM_PACKAGE,
      'tsconfig.json': TSCONFIG.replace('"strict":true', '"strict":true,"rootDir":"src"'),
    },
  }),
  quick('fastify esm', `node ${REGISTER} app.mjs`, {
    ...fastify,
    files: { 'app.mjs': FASTIFY, 'work.mjs': WORK_ESM() },
  }),
  cell('fastify cjs', `node ${REQUIRE} app.cjs`, {
    ...fastify,
    files: { 'app.cjs': FASTIFY_CJS, 'work.cjs': WORK_CJS() },
  }),
  cell('nestjs 11', `node ${REQUIRE} dist/app.js`, nest('^11.0.0')),
  cell('nestjs latest', `node ${REGISTER} dist/app.js`, nest('latest')),
];
