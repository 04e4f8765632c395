/** The harms that instrumentations of this SDK are known to do, one by one, in applications of their own. */
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type PlannedResponse, respond } from '../../src/testing/index.ts';
import { startApi } from '../helpers/api.ts';
import { createApp, freePort, ROOT, run, startCollector } from '../helpers/process.ts';
import {
  ABORTS,
  BOTH,
  BREAK,
  CONNECTIONS,
  GLOBALS,
  PROMISES,
  READ,
  SETUP,
  UNREAD,
  UNTOUCHED,
} from './support/apps.ts';
import { calls, ends, expectUnharmed, REGISTER } from './support/pair.ts';

describe('no harm', () => {
  test.each<[string, () => readonly PlannedResponse[]]>([
    ['an error event in the middle of a stream', () => [respond.sseError(), respond.sseError()]],
    [
      'a socket that is reset in the middle of a stream',
      () => [respond.resetStream(), respond.resetStream()],
    ],
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
    const pair = await expectUnharmed(text, () => [respond.error(400)]);
    expect(pair.bare.code).toBe(1);
    expect(pair.observed.code).toBe(1);
  });

  test.each([
    ['--import', 'app.mjs'],
    ['--require', 'app.cjs'],
  ])('the SDK loads under %s: neither require nor import of it throws', async (flag, file) => {
    const text = `const load = async () => ${file.endsWith('cjs') ? "require('@anthropic-ai/sdk')" : "import('@anthropic-ai/sdk')"};
load().then(({ default: Anthropic, Anthropic: Named, APIError }) => console.log(Anthropic === Named, typeof APIError));`;
    const { observed } = await expectUnharmed(text, undefined, { file, ways: [[], [flag, REGISTER]] });
    expect(observed).toMatchObject({ code: 0, stdout: 'true function\n' });
  });

  test('withResponse, asResponse, messages.stream and the methods of the client are there', async () => {
    const { observed } = await expectUnharmed(PROMISES);
    expect(observed).toMatchObject({ code: 0 });
    expect(observed.stdout).toContain(
      '"message" 200 true\n[10,"whole"]\ntrue 27\n"function" "function" "function"',
    );
  });

  test('break closes the socket, and the rest of the response is not read', async () => {
    const pair = await expectUnharmed(BREAK, () => [respond.hangBody(3), respond.hangBody(3)]);
    for (const requests of pair.requests) {
      expect(requests.map(({ closedByClient, eventsSent }) => [closedByClient, eventsSent])).toEqual([
        [true, 3],
        [true, 3],
      ]);
    }
    expect(ends(pair)).toEqual(['canceled', 'canceled']);
  });

  test('streams that are never read do not stay open: each is recorded as canceled once it is collected', async () => {
    const pair = await expectUnharmed(UNREAD, undefined, { flags: ['--expose-gc'] });
    expect(ends(pair)).toEqual(Array.from({ length: 20 }, () => 'canceled'));
  });

  test('a failure that the application handles is not reported as unhandled, of a stream helper neither', async () => {
    const text = `process.on('unhandledRejection', (reason) => print('unhandled', String(reason)));\n${READ}`;
    const { observed } = await expectUnharmed(text, () => [respond.sseError(), respond.resetStream()]);
    expect(observed.stdout).not.toContain('unhandled');
  });

  test('no provider, context manager or propagator is registered by withTelemetry and observe', async () => {
    const { observed } = await expectUnharmed(GLOBALS, undefined, {
      ways: [[], []],
      env: { ANTHROPIC_OTEL_LOG: 'none' },
    });
    expect(observed.stdout).toBe('"ProxyTracerProvider" "NoopMeterProvider" "message"\n');
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
    api.plan([respond.error(529), respond.ok(), respond.error(400), respond.error(400)]);
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

/** What an API that caches a prompt reports of its tokens; `message_start` reports 1 for the output. */
const CACHED = {
  input_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
  cache_read_input_tokens: 1000,
  output_tokens: 25,
};

describe('no wrong figure', () => {
  test('the tokens of a stream are those of its last count, and cached ones are in the input once', async () => {
    const pair = await expectUnharmed(READ, () => [
      respond.ok({ usage: CACHED }),
      respond.ok({ usage: CACHED }),
    ]);
    const tokens = {
      input_tokens: 1110,
      output_tokens: 25,
      cache_read_tokens: 1000,
      cache_write_tokens: 100,
    };
    expect(calls(pair)).toMatchObject([tokens, tokens]);
  });

  test('a stream that is cut before its end is an error, and what it did not report is absent and not zero', async () => {
    const pair = await expectUnharmed(READ, () => [respond.cutStream(), respond.cutStream()]);
    expect(ends(pair)).toEqual(['error', 'error']);
    for (const call of calls(pair)) {
      expect(call).toMatchObject({ input_tokens: 5, error_type: 'api_error' });
      expect(call).not.toHaveProperty('output_tokens');
      expect(call).not.toHaveProperty('cost_usd', 0);
    }
  });

  test('an error event after HTTP 200 is an error, by the name that the API gives it', async () => {
    const pair = await expectUnharmed(READ, () => [
      respond.sseError('overloaded_error'),
      respond.sseError('rate_limit_error'),
    ]);
    expect(calls(pair).map(({ error_type }) => error_type)).toEqual(['overloaded_error', 'rate_limit_error']);
  });

  test('a call that the application aborts is canceled: no success, no error, and none is lost', async () => {
    const pair = await expectUnharmed(ABORTS, () => [
      respond.hang(),
      respond.hangBody(3),
      respond.hangBody(3),
    ]);
    expect(ends(pair)).toEqual(['canceled', 'canceled', 'canceled']);
    for (const call of calls(pair)) expect(call).not.toHaveProperty('stop_reason');
  });

  test('a streamed call that is rejected ends as an error, and so does the helper', async () => {
    const text = READ.replace('stream: true })))', 'stream: true }).catch(() => [])))');
    const pair = await expectUnharmed(text, () => [respond.error(400), respond.error(400)]);
    expect(calls(pair)).toMatchObject([
      { outcome: 'error', status: 400 },
      { outcome: 'error', status: 400 },
    ]);
  });

  test('a call with retries is one call with its attempts, each with its status and request id', async () => {
    const pair = await expectUnharmed(`${SETUP}\nawait client.messages.create(request);`, () => [
      respond.error(529),
      respond.error(529),
    ]);
    expect(pair.observed.records).toMatchObject([
      { event: 'anthropic.attempt.retried', attempt: 1, status: 529, request_id: expect.any(String) },
      { event: 'anthropic.attempt.retried', attempt: 2, status: 529, request_id: expect.any(String) },
      { event: 'anthropic.call', outcome: 'ok', attempts: 3, request_ids: { length: 3 } },
    ]);
  });

  test('spans have where the request went and what was asked for, and nothing that was not', async () => {
    const api = await startApi();
    const collector = await startCollector();
    await run(
      createApp({ 'app.mjs': `${SETUP}\nawait client.messages.create(request);` }),
      ['--import', REGISTER, 'app.mjs'],
      {
        BASE_URL: api.url,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    );
    const traces = collector.received.get('/v1/traces') ?? '';
    expect(traces).toContain('{"key":"server.address","value":{"stringValue":"127.0.0.1"}}');
    expect(traces).not.toMatch(/api\.anthropic\.com|temperature|top_p|top_k/);
    expect(traces).not.toContain('Hello');
  });

  test('tracing that Sentry switches off for the whole process costs no metric and no log record', async () => {
    const pair = await expectUnharmed(READ, undefined, { env: { ANTHROPIC_OPEN_TELEMETRY: 'false' } });
    expect(calls(pair)).toMatchObject([
      { outcome: 'ok', output_tokens: 27 },
      { outcome: 'ok', output_tokens: 27 },
    ]);
  });

  test('a client in a worker thread is recorded, and the thread ends as it would', async () => {
    const text = `import { isMainThread, Worker } from 'node:worker_threads';
if (isMainThread) new Worker(new URL(import.meta.url)).on('exit', (code) => console.log('exit', code));
else {
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
  const request = { model: 'claude-opus-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
  console.log((await client.messages.create(request)).type);
}`;
    const pair = await expectUnharmed(text);
    expect(pair.observed.stdout).toBe('message\nexit 0\n');
    expect(ends(pair)).toEqual(['ok']);
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
