/**
 * Other instrumentations in the same process, loaded before this one and after it: what they leave the application with stays so. Those that
 * are no dependencies are installed on first use.
 */
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CACHE, installOnce } from '../../dev/install.ts';
import { respond } from '../../src/testing/index.ts';
import { createApp } from '../helpers/process.ts';
import { SETUP } from './support/apps.ts';
import { calls, expectUnharmed, REGISTER } from './support/pair.ts';

const FOLDER = join(CACHE, 'beside');
const INSTALLED = join(FOLDER, 'node_modules');
const PACKAGES = { '@opentelemetry/instrumentation-http': '0.301.0', '@sentry/node': '11.11.0' };

beforeAll(() => installOnce(FOLDER, { 'package.json': { private: true, dependencies: PACKAGES } }));

const hooked = (imports: string, instrumentations: string): string => `
import { register } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
${imports}
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: ['http', 'node:http', 'https'] } });
registerInstrumentations({ instrumentations: [${instrumentations}] });
`;

/** What is loaded beside this package. */
const OTHERS = [
  {
    name: 'the undici instrumentation',
    code: hooked(
      `import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';`,
      'new UndiciInstrumentation()',
    ),
  },
  {
    name: 'the http and undici instrumentations',
    code: hooked(
      `import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { HttpInstrumentation } from '${join(INSTALLED, '@opentelemetry/instrumentation-http/dist/index.cjs')}';`,
      'new HttpInstrumentation(), new UndiciInstrumentation()',
    ),
  },
  {
    name: 'Sentry',
    code: `import * as Sentry from '@sentry/node';
Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });`,
  },
] as const;

/** Everything that an application does with a client. */
const APP = `${SETUP}
const { data, response } = await client.messages.create(request).withResponse();
print(data.type, response.status, client instanceof Anthropic, Anthropic.name, Object.keys(client).length);
print(await read(await client.messages.create({ ...request, stream: true })));
const seen = [];
const final = await client.messages.stream(request).on('text', (text) => seen.push(text)).finalMessage();
print(final.content[0].text === seen.join(''), final.usage);
print(await read(await client.messages.create({ ...request, stream: true })));
for await (const event of await client.messages.create({ ...request, stream: true })) { print(event.type); break; }
print(await client.messages.create(request).catch((error) => [error.constructor.name, error.status, error.message]));
print(process.env.ANTHROPIC_OPEN_TELEMETRY ?? 'unset');
process.exit(5);
`;
const PLAN = () => [
  respond.error(529),
  respond.ok(),
  respond.ok(),
  respond.ok(),
  respond.sseError(),
  respond.hangBody(3),
  respond.error(400, { message: 'no', headers: { 'request-id': 'req_1' } }),
];

/** A folder for the application, in which the others can be imported. */
function createFolder(other: string): string {
  const text = APP.replace('error.message', "error.message.replace(/req_\\w+/, 'req')");
  const folder = createApp({ 'app.mjs': text, 'other.mjs': other });
  const there = new Set(readdirSync(join(folder, 'node_modules')));
  for (const name of readdirSync(INSTALLED)) {
    if (!there.has(name) && !name.startsWith('.'))
      symlinkSync(join(INSTALLED, name), join(folder, 'node_modules', name));
  }
  return folder;
}

describe.each(OTHERS)('beside $name', ({ code }) => {
  test.each([
    ['before', ['--import', './other.mjs', '--import', REGISTER]],
    ['after', ['--import', REGISTER, '--import', './other.mjs']],
  ])(
    'that is loaded %s this package, the application gets the same, and every call is recorded once',
    async (_order, flags) => {
      const pair = await expectUnharmed('', PLAN, {
        folder: createFolder(code),
        ways: [['--import', './other.mjs'], flags],
      });
      expect(pair.bare.code).toBe(5);
      expect(pair.observed.warnings).toEqual(pair.bare.warnings);
      expect(calls(pair).map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
        ['ok', 2],
        ['ok', 1],
        ['ok', 1],
        ['error', 1],
        ['canceled', 1],
        ['error', 1],
      ]);
    },
  );
});
