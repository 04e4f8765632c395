/** The harms that instrumentations of this SDK are known to do, one by one, in applications of their own. */
import { describe, expect, test } from 'vitest';
import { type PlannedResponse, respond } from '../../src/testing/index.ts';
import { startApi } from '../helpers/api.ts';
import { createApp, freePort, run, startCollector } from '../helpers/process.ts';
import { BREAK, CONNECTIONS, GLOBALS, PROMISES, READ, SETUP, UNTOUCHED } from './support/apps.ts';
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

test('a streamed call that is rejected ends as an error, and so does the helper', async () => {
  const text = READ.replace('stream: true })))', 'stream: true }).catch(() => [])))');
  const pair = await expectUnharmed(text, () => [respond.error(400), respond.error(400)]);
  expect(calls(pair)).toMatchObject([
    { outcome: 'error', status: 400 },
    { outcome: 'error', status: 400 },
  ]);
});
