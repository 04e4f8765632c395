/** Node itself. */
import { type Cell, REGISTER, REQUIRE } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM, WORK_CJS, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
const CJS = { 'app.cjs': SERVER_CJS, 'work.cjs': WORK_CJS() };

const SCRIPT = `import { work } from './work.mjs';\nawait work();\nconsole.log('done');\n`;

export const NODE_CELLS: readonly Cell[] = [
  { name: 'node esm --import', quick: true, files: ESM, start: ['node', REGISTER, 'app.mjs'] },
  { name: 'node esm --require', quick: true, files: ESM, start: ['node', REQUIRE, 'app.mjs'] },
  { name: 'node cjs --import', quick: true, files: CJS, start: ['node', REGISTER, 'app.cjs'] },
  { name: 'node cjs --require', quick: true, files: CJS, start: ['node', REQUIRE, 'app.cjs'] },
  {
    name: 'node NODE_OPTIONS',
    quick: true,
    files: ESM,
    start: ['node', 'app.mjs'],
    nodeOptions: REGISTER,
  },
  {
    name: 'node import in code',
    quick: true,
    files: {
      'app.mjs': `import 'anthropic-otel/register'; // register\nawait import('./server.mjs');\n`,
      'server.mjs': SERVER_ESM,
      'work.mjs': WORK_ESM(),
    },
    start: ['node', 'app.mjs'],
  },
  {
    name: 'node script that ends',
    quick: true,
    kind: 'run',
    files: { 'script.mjs': SCRIPT, 'work.mjs': WORK_ESM() },
    start: ['node', REGISTER, 'script.mjs'],
  },
  ...[REGISTER, REQUIRE].flatMap((flag) => {
    const short = flag.split('=')[0];
    const run = { kind: 'run', quick: true, files: {}, expected: undefined } as const;
    return [
      { ...run, name: `node -e ${short}`, start: ['node', flag, '-e', 'console.log(1)'] },
      { ...run, name: `node -p ${short}`, start: ['node', flag, '-p', '1 + 1'] },
      {
        ...run,
        name: `node Module._load ${short}`,
        start: ['node', flag, 'load.cjs'],
        files: { 'load.cjs': `console.log(typeof require('node:module')._load('zlib').gzip)` },
      },
      { ...run, name: `node stdin ${short}`, start: ['node', flag, '-'] },
    ];
  }),
  {
    name: 'node child node -p',
    quick: true,
    kind: 'run',
    expected: undefined,
    files: {
      'app.mjs': `import { execSync } from 'node:child_process';\nconsole.log(String(execSync('node -p process.version', { stdio: ['ignore', 'pipe', 'inherit'] })).trim());\n`,
    },
    start: ['node', 'app.mjs'],
    nodeOptions: REGISTER,
  },
  {
    name: 'node 20',
    quick: true,
    node: 20,
    files: ESM,
    start: ['node', REGISTER, 'app.mjs'],
    reports: /Node.*22/,
  },
  {
    name: 'node 20 cjs',
    quick: true,
    node: 20,
    files: CJS,
    start: ['node', REQUIRE, 'app.cjs'],
    reports: /Node.*22/,
  },
  { name: 'node 22', node: 22, files: ESM, start: ['node', REGISTER, 'app.mjs'] },
  { name: 'node 26', node: 26, files: ESM, start: ['node', REGISTER, 'app.mjs'] },
  {
    name: 'node api 1.9 first',
    quick: true,
    packages: [['@opentelemetry/api@~1.9.0'], []],
    installFlags: ['--save-exact'],
    files: ESM,
    start: ['node', REGISTER, 'app.mjs'],
    reports: /npm install/,
  },
  {
    name: 'node api 1.9 first cjs',
    packages: [['@opentelemetry/api@~1.9.0'], []],
    installFlags: ['--save-exact'],
    files: CJS,
    start: ['node', REQUIRE, 'app.cjs'],
    reports: /npm install/,
  },
  ...(
    [
      ['index.mjs', `import Anthropic from '@anthropic-ai/sdk/index.mjs';`, 'new Anthropic()'],
      ['client', `import { Anthropic } from '@anthropic-ai/sdk/client';`, 'new Anthropic()'],
      [
        'BaseAnthropic',
        `import { BaseAnthropic } from '@anthropic-ai/sdk';\nimport { Messages } from '@anthropic-ai/sdk/resources/messages';\nconst make = () => { const made = new BaseAnthropic({}); made.messages = new Messages(made); return made; };`,
        'make()',
      ],
      [
        'file URL',
        `import { pathToFileURL } from 'node:url';\nimport { createRequire } from 'node:module';\nconst { Anthropic } = await import(pathToFileURL(createRequire(import.meta.url).resolve('@anthropic-ai/sdk').replace(/\\.js$/, '.mjs')));`,
        'new Anthropic()',
      ],
    ] as const
  ).map(
    ([name, imports, client]): Cell => ({
      name: `sdk import ${name}`,
      quick: true,
      files: { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM(client, imports) },
      start: ['node', REGISTER, 'app.mjs'],
    }),
  ),
  {
    name: 'sdk require client',
    quick: true,
    files: {
      'app.cjs': SERVER_CJS,
      'work.cjs': WORK_CJS('new Anthropic()', `const { Anthropic } = require('@anthropic-ai/sdk/client');`),
    },
    start: ['node', REQUIRE, 'app.cjs'],
  },
  {
    name: 'sdk 0.60',
    quick: true,
    sdk: '@anthropic-ai/sdk@~0.60.0',
    files: ESM,
    start: ['node', REGISTER, 'app.mjs'],
  },
  {
    name: 'worker thread calls',
    quick: true,
    files: {
      ...ESM,
      'thread.mjs': `import { parentPort } from 'node:worker_threads';\nimport { work } from './inner.mjs';\nparentPort.on('message', async () => parentPort.postMessage(await work()));\n`,
      'inner.mjs': WORK_ESM(),
      'work.mjs': `import { Worker } from 'node:worker_threads';\nimport { once } from 'node:events';\nconst worker = new Worker(new URL('./thread.mjs', import.meta.url));\nexport const page = () => ({ pid: process.pid });\nexport async function work() {\n  worker.postMessage('go');\n  return (await once(worker, 'message'))[0];\n}\n`,
    },
    start: ['node', REGISTER, 'app.mjs'],
    reports: /worker thread/,
  },
];
