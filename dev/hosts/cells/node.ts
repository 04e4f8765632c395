/** Node itself. */
import { type Cell, cell, quick, REGISTER, REQUIRE } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM, WORK_CJS, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
const CJS = { 'app.cjs': SERVER_CJS, 'work.cjs': WORK_CJS() };

const SCRIPT = `import { work } from './work.mjs';\nawait work();\nconsole.log('done');\n`;

const WORKER = {
  ...ESM,
  'thread.mjs': `import { parentPort } from 'node:worker_threads';\nimport { work } from './inner.mjs';\nparentPort.on('message', async () => parentPort.postMessage(await work()));\n`,
  'inner.mjs': WORK_ESM(),
  'work.mjs': `import { Worker } from 'node:worker_threads';\nimport { once } from 'node:events';\nconst worker = new Worker(new URL('./thread.mjs', import.meta.url));\nexport const page = () => ({ pid: process.pid });\nexport async function work() {\n  worker.postMessage('go');\n  return (await once(worker, 'message'))[0];\n}\n`,
};
const RUN = { kind: 'run', files: {}, expected: undefined } as const;
const LOAD = { 'load.cjs': `console.log(typeof require('node:module')._load('zlib').gzip)` };
const CHILD = `import { execSync } from 'node:child_process';\nconsole.log(String(execSync('node -p process.version', { stdio: ['ignore', 'pipe', 'inherit'] })).trim());\n`;
const TOO_OLD = { node: 20, reports: /Node.*22/ };
const API_FIRST = {
  packages: [['@opentelemetry/api@~1.9.0'], []],
  installFlags: ['--save-exact'],
  reports: /npm install/,
};
/** How the SDK is imported, and a client is made. */
const IMPORTS: readonly (readonly [name: string, imports: string, client?: string])[] = [
  ['index.mjs', `import Anthropic from '@anthropic-ai/sdk/index.mjs';`],
  ['client', `import { Anthropic } from '@anthropic-ai/sdk/client';`],
  [
    'BaseAnthropic',
    `import { BaseAnthropic } from '@anthropic-ai/sdk';\nimport { Messages } from '@anthropic-ai/sdk/resources/messages';\nconst make = () => { const made = new BaseAnthropic({}); made.messages = new Messages(made); return made; };`,
    'make()',
  ],
  [
    'file URL',
    `import { pathToFileURL } from 'node:url';\nimport { createRequire } from 'node:module';\nconst { Anthropic } = await import(pathToFileURL(createRequire(import.meta.url).resolve('@anthropic-ai/sdk').replace(/\\.js$/, '.mjs')));`,
  ],
];
const [ESM_START, CJS_START] = [`node ${REGISTER} app.mjs`, `node ${REQUIRE} app.cjs`];

export const NODE_CELLS: readonly Cell[] = [
  quick('node esm --import', ESM_START, { files: ESM }),
  quick('node esm --require', `node ${REQUIRE} app.mjs`, { files: ESM }),
  quick('node cjs --import', `node ${REGISTER} app.cjs`, { files: CJS }),
  quick('node cjs --require', CJS_START, { files: CJS }),
  quick('node NODE_OPTIONS', 'node app.mjs', { files: ESM, nodeOptions: REGISTER }),
  quick('node import in code', 'node app.mjs', {
    files: {
      'app.mjs': `import 'anthropic-otel/register'; // register\nawait import('./server.mjs');\n`,
      'server.mjs': SERVER_ESM,
      'work.mjs': WORK_ESM(),
    },
  }),
  quick('node script that ends', `node ${REGISTER} script.mjs`, {
    kind: 'run',
    files: { 'script.mjs': SCRIPT, 'work.mjs': WORK_ESM() },
  }),
  ...[REGISTER, REQUIRE].flatMap((flag) => {
    const short = flag.split('=')[0];
    return [
      quick(`node -e ${short}`, ['node', flag, '-e', 'console.log(1)'], RUN),
      quick(`node -p ${short}`, ['node', flag, '-p', '1 + 1'], RUN),
      quick(`node Module._load ${short}`, ['node', flag, 'load.cjs'], { ...RUN, files: LOAD }),
      quick(`node stdin ${short}`, ['node', flag, '-'], RUN),
    ];
  }),
  quick('node child node -p', 'node app.mjs', { ...RUN, files: { 'app.mjs': CHILD }, nodeOptions: REGISTER }),
  quick('node 20', ESM_START, { ...TOO_OLD, files: ESM }),
  quick('node 20 cjs', CJS_START, { ...TOO_OLD, files: CJS }),
  cell('node 22', ESM_START, { node: 22, files: ESM }),
  cell('node 26', ESM_START, { node: 26, files: ESM }),
  quick('node api 1.9 first', ESM_START, { ...API_FIRST, files: ESM }),
  cell('node api 1.9 first cjs', CJS_START, { ...API_FIRST, files: CJS }),
  ...IMPORTS.map(([name, imports, client = 'new Anthropic()']) =>
    quick(`sdk import ${name}`, ESM_START, {
      files: { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM(client, imports) },
    }),
  ),
  quick('sdk require client', CJS_START, {
    files: {
      'app.cjs': SERVER_CJS,
      'work.cjs': WORK_CJS('new Anthropic()', `const { Anthropic } = require('@anthropic-ai/sdk/client');`),
    },
  }),
  quick('sdk 0.60', ESM_START, { sdk: '@anthropic-ai/sdk@~0.60.0', files: ESM }),
  quick('worker thread calls', ESM_START, { files: WORKER, reports: /worker thread/ }),
];
