/** The harms that instrumentations of this SDK are known to do, one by one, in applications of their own. */
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, type AnthropicServer, answer } from '../../src/testing/index.ts';
import { startApi } from '../helpers/api.ts';
import { createApp, type Ended, freePort, ROOT, run, startCollector } from '../helpers/process.ts';
import { BOTH, BREAK, CONNECTIONS, PROMISES, READ, SETUP, UNREAD, UNTOUCHED } from './support/apps.ts';

const REGISTER = join(ROOT, 'src/register/index.ts');

interface Pair {
  readonly bare: Ended;
  readonly observed: Ended;
  readonly requests: ReadonlyArray<readonly AnthropicServer['requests'][number][]>;
}

/** Runs an application without telemetry, and then with it. What it prints and its exit code must be the same. */
async function expectUnharmed(
  text: string,
  plan: () => readonly Answer[] = () => [],
  { flags = [], file = 'app.mjs' }: { flags?: readonly string[]; file?: string } = {},
): Promise<Pair> {
  const api = await startApi();
  const folder = createApp({ [file]: text });
  const ends: Ended[] = [];
  const requests: AnthropicServer['requests'][number][][] = [];
  for (const more of [[], ['--import', REGISTER]]) {
    api.reset();
    api.plan(plan());
    const env = { BASE_URL: api.url, OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) };
    ends.push(await run(folder, [...flags, ...more, file], env));
    await api.settled();
    requests.push([...api.requests]);
  }
  const [bare, observed] = ends as [Ended, Ended];
  expect(observed).toMatchObject({ code: bare.code, signal: bare.signal, stdout: bare.stdout });
  // What a crash writes names lines of the SDK, and the ids of answers.
  if (bare.code === 0) expect(observed.warnings).toEqual(bare.warnings);
  return { bare, observed, requests };
}

const ends = ({ observed }: Pair): unknown[] =>
  observed.records.filter(({ event }) => event === 'anthropic.call').map(({ outcome }) => outcome);

describe('no harm', () => {
  test.each<[string, () => readonly Answer[]]>([
    ['an error event in the middle of a stream', () => [answer.sseError(), answer.sseError()]],
    ['a socket that is reset in the middle of a stream', () => [answer.resetStream(), answer.resetStream()]],
  ])(
    '%s does not crash a process that handles it, and the call is recorded as failed',
    async (_title, plan) => {
      const pair = await expectUnharmed(READ, plan);
      expect(pair.observed.code).toBe(0);
      expect(pair.observed.stdout).toContain('alive');
      expect(ends(pair)).toEqual(['error', 'error']);
    },
  );

  test('a rejection that the application does not handle crashes it as before', async () => {
    const text = `${SETUP}\nclient.messages.create(request).then(() => {});`;
    const pair = await expectUnharmed(text, () => [answer.error(400)]);
    expect(pair.bare.code).toBe(1);
    expect(pair.observed.code).toBe(1);
  });

  test('withResponse, asResponse, messages.stream and the methods of the client are there', async () => {
    const { observed } = await expectUnharmed(PROMISES);
    expect(observed).toMatchObject({ code: 0 });
    expect(observed.stdout).toContain(
      '"message" 200 true\n[10,"whole"]\ntrue 27\n"function" "function" "function"',
    );
  });

  test('break closes the socket, and the rest of the answer is not read', async () => {
    const pair = await expectUnharmed(BREAK, () => [answer.hangBody(3), answer.hangBody(3)]);
    for (const requests of pair.requests) {
      expect(requests.map(({ closedByClient, eventsSent }) => [closedByClient, eventsSent])).toEqual([
        [true, 3],
        [true, 3],
      ]);
    }
    expect(ends(pair)).toEqual(['canceled', 'canceled']);
  });

  test('streams that nobody reads do not stay open: each is recorded as canceled once it is collected', async () => {
    const pair = await expectUnharmed(UNREAD, undefined, { flags: ['--expose-gc'] });
    expect(ends(pair)).toEqual(Array.from({ length: 20 }, () => 'canceled'));
  });

  test('both builds of the SDK load and are recorded in one process', async () => {
    const pair = await expectUnharmed(BOTH);
    expect(pair.observed.stdout).toBe('"message" "message"\n"Anthropic" "function" true\n');
    expect(ends(pair)).toEqual(['ok', 'ok']);
  });

  test('environment, parameters and handlers of the process stay as they were', async () => {
    const { bare, observed } = await expectUnharmed(UNTOUCHED);
    expect(observed.stdout).toBe(bare.stdout);
    expect(observed.stdout).toContain('true true');
  });

  test('a process that makes no call connects to nothing, and one that does connects to the API alone', async () => {
    const api = await startApi();
    const text = `${SETUP}\nif (process.env.CALL) await client.messages.create(request);`;
    const folder = createApp({ 'connections.cjs': CONNECTIONS, 'app.mjs': text });
    const flags = ['--require', './connections.cjs', '--import', REGISTER, 'app.mjs'];
    for (const [call, ports] of [
      ['', []],
      ['yes', [`connects ${api.port}`]],
    ] as const) {
      const env = { CALL: call, BASE_URL: api.url, OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) };
      const ended = await run(folder, flags, env);
      expect(ended).toMatchObject({ code: 0, warnings: [] });
      expect(ended.stdout.split('\n').filter(Boolean)).toEqual(ports);
    }
  });

  test('a call has one span, and each of its attempts one', async () => {
    const api = await startApi();
    const collector = await startCollector();
    api.plan([answer.error(529), answer.ok(), answer.error(400), answer.error(400)]);
    const text = `${SETUP}
await client.messages.create(request);
await client.messages.create({ ...request, stream: true }).catch(() => {});
await client.messages.stream(request).done().catch(() => {});`;
    await run(createApp({ 'app.mjs': text }), ['--import', REGISTER, 'app.mjs'], {
      BASE_URL: api.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const names = [
      ...(collector.received.get('/v1/traces') ?? '').matchAll(/"name":"(POST|anthropic\.[\w.]+)"/g),
    ];
    const count = (name: string): number => names.filter((match) => match[1] === name).length;
    expect([count('anthropic.messages.create'), count('POST')]).toEqual([3, 4]);
  });
});

const OLD = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.BASE_URL, apiKey: 'key' });
client.messages
  .create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] })
  .then((message) => console.log(message.type, client instanceof Anthropic, Anthropic.name));
`;

/** An application whose `@anthropic-ai/sdk` is a physical copy of another version. */
function createAppWith(version: string, text: string): string {
  const folder = createApp({
    'app.mjs': text,
    'app.cjs': text.replace(/import (\w+) from '(.*)';/g, "const $1 = require('$2');"),
  });
  const scope = join(folder, 'node_modules/@anthropic-ai');
  rmSync(scope);
  mkdirSync(scope);
  for (const name of readdirSync(join(ROOT, 'node_modules/@anthropic-ai'))) {
    if (name !== 'sdk') symlinkSync(join(ROOT, 'node_modules/@anthropic-ai', name), join(scope, name));
  }
  const filter = (path: string): boolean => !/\.(map|ts|mts)$/.test(path) && !/\/src$/.test(path);
  cpSync(join(ROOT, 'node_modules', version), join(scope, 'sdk'), { recursive: true, filter });
  return folder;
}

describe('an older version of the SDK', () => {
  test.each(['sdk-0-39', 'sdk-0-122'])('%s loads and works as it does without telemetry', async (version) => {
    const api = await startApi();
    const folder = createAppWith(version, OLD);
    for (const file of ['app.mjs', 'app.cjs']) {
      const flag = file.endsWith('cjs') ? '--require' : '--import';
      const env = { BASE_URL: api.url, OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) };
      const bare = await run(folder, [file], env);
      const ended = await run(folder, [flag, REGISTER, file], env);
      expect(bare).toMatchObject({ code: 0, stdout: expect.stringContaining('message') });
      expect(ended).toMatchObject({ code: 0, stdout: bare.stdout });
    }
  });
});
