/** The application's hooks: what they are given, what becomes of what they return, and that they harm nothing. */
import { context, type Span } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { type CallInfo, type CallResult, withAttributes } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

describe('hooks', () => {
  test('are given the call span, and what is known of the call when it starts and when it has ended', async () => {
    const seen: [Span, CallInfo | CallResult][] = [];
    const note = (span: Span, info: CallInfo): void => void seen.push([span, info]);
    const harness = await startHarness({ telemetry: { requestHook: note, responseHook: note } });
    harness.server.plan([respond.error(529)]);
    await withAttributes({ team: 'search' }, () => harness.client.messages.create(HELLO));
    const [request, response] = seen;
    expect(seen).toHaveLength(2);
    expect(request?.[0].spanContext()).toEqual(harness.callSpans()[0]?.spanContext());
    expect(request?.[1]).toEqual({
      method: 'messages.create',
      route: '/v1/messages',
      provider: 'anthropic',
      model: MODEL,
      maxTokens: HELLO.max_tokens,
      stream: false,
      serverAddress: '127.0.0.1',
      attribution: { team: 'search' },
    });
    expect(response?.[1]).toMatchObject({
      ...request?.[1],
      outcome: 'ok',
      attempts: 2,
      status: 200,
      requestId: expect.stringMatching(/^req_/),
      responseModel: MODEL,
      stopReason: 'end_turn',
      usage: { input: expect.any(Number), output: expect.any(Number) },
      costUsd: expect.any(Number),
      duration: expect.any(Number),
    });
  });

  test('get a failure and who has to act', async () => {
    const results: CallResult[] = [];
    const responseHook = (_: Span, result: CallResult): void => void results.push(result);
    const harness = await startHarness({ telemetry: { responseHook }, client: { maxRetries: 0 } });
    harness.server.plan([respond.error(401)]);
    await rejection(harness.client.messages.create(HELLO));
    expect(results).toMatchObject([
      { outcome: 'error', errorType: 'authentication_error', fault: 'config', status: 401, attempts: 1 },
    ]);
  });

  test('add attributes to the call span and to the log records of the call', async () => {
    const harness = await startHarness({
      telemetry: {
        requestHook: () => ({ 'app.release': '1.2', 'app.canary': true, 'app.tags': ['a', 'b'] }),
        responseHook: (_, { costUsd = 0 }) => ({ 'app.expensive': costUsd > 1, 'app.release': '1.3' }),
      },
    });
    harness.server.plan([respond.error(529)]);
    await harness.client.messages.create(HELLO);
    const all = { 'app.release': '1.3', 'app.canary': true, 'app.tags': ['a', 'b'], 'app.expensive': false };
    expect(harness.callSpans()[0]?.attributes).toMatchObject(all);
    const [retried, ended] = harness.logs();
    expect(retried?.fields).toMatchObject({
      event: 'anthropic.attempt.retried',
      attributes: { 'app.release': '1.2', 'app.canary': true, 'app.tags': ['a', 'b'] },
    });
    expect(ended?.fields).toMatchObject({ event: 'anthropic.call', attributes: all });
  });

  test('may set attributes on the span themselves, and return nothing, or the span', async () => {
    const harness = await startHarness({
      telemetry: { requestHook: (span) => span.setAttribute('app.mine', 1) as never },
    });
    await harness.client.messages.create(HELLO);
    expect(harness.callSpans()[0]?.attributes['app.mine']).toBe(1);
    expect(harness.logs()[0]?.fields).not.toHaveProperty('attributes');
  });

  test('run once for a stream, when it has ended', async () => {
    const results: CallResult[] = [];
    const harness = await startHarness({
      telemetry: { responseHook: (_, result) => void results.push(result) },
    });
    const stream = await harness.client.messages.create({ ...HELLO, stream: true });
    expect(results).toHaveLength(0);
    for await (const _ of stream);
    expect(results).toMatchObject([{ outcome: 'ok', stream: true }]);
  });

  test.each(OLDER_SDKS)('run for the calls of SDK $version', async (sdk) => {
    const harness = await startHarness({
      telemetry: { requestHook: () => ({ a: 1 }), responseHook: () => ({ b: 2 }) },
    });
    await newClient(sdk, harness).messages.create(HELLO);
    expect(harness.callSpans()[0]?.attributes).toMatchObject({ a: 1, b: 2 });
    expect(harness.logs()[0]?.fields).toMatchObject({ attributes: { a: 1, b: 2 } });
  });

  test('run where the SDK makes no span, for the log records', async () => {
    const harness = await startHarness({
      telemetry: { requestHook: () => ({ a: 1 }) },
      client: { openTelemetry: false },
    });
    await harness.client.messages.create(HELLO);
    expect(harness.callSpans()).toHaveLength(0);
    expect(harness.logs()[0]?.fields).toMatchObject({ attributes: { a: 1 } });
  });
});

describe('a hook that fails', () => {
  const failing = {
    'that throws': () => {
      throw new Error('mine');
    },
    'that rejects': () => Promise.reject(new Error('mine')) as never,
    'with a getter that throws': () =>
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get() {
          throw new Error('mine');
        },
      }),
  };

  test.each(Object.entries(failing))(
    '%s is counted, and everything else is recorded',
    async (_title, hook) => {
      const harness = await startHarness({ telemetry: { requestHook: hook, responseHook: hook } });
      const message = await harness.client.messages.create(HELLO);
      expect(message.content).toHaveLength(1);
      await new Promise(setImmediate);
      expect(await harness.points('anthropic.telemetry.errors')).toEqual([
        { attributes: { 'anthropic.telemetry.stage': 'hooks' }, value: 2 },
      ]);
      expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
      expect(harness.spans()).toHaveLength(2);
      expect(harness.events()).toEqual(['anthropic.call']);
    },
  );

  test('leaves the context of the call as it is', async () => {
    const contexts = new Set<unknown>();
    const harness = await startHarness({
      telemetry: { requestHook: () => void contexts.add(context.active()) },
    });
    await harness.client.messages.create(HELLO);
    expect(contexts.size).toBe(1);
  });
});

test('what hooks return is bounded in number, in length and in kind', async () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]));
  const harness = await startHarness({
    telemetry: {
      requestHook: () => ({
        long: 'x'.repeat(10_000),
        control: 'a\nb',
        nan: Number.NaN,
        list: Array.from({ length: 100 }, () => 'y'.repeat(1000)),
        ['n'.repeat(1000)]: 1,
        ...({ nested: { deep: true }, nothing: null, big: 1n } as object),
      }),
      responseHook: () => many,
    },
  });
  await harness.client.messages.create(HELLO);
  const attributes = harness.logs()[0]?.fields['attributes'] as Record<string, unknown>;
  expect(Object.keys(attributes)).toHaveLength(32);
  expect(attributes).toMatchObject({ control: 'a\ufffdb', k0: 0 });
  expect(String(attributes['long']).length).toBe(256);
  expect((attributes['list'] as string[]).map(({ length }) => length)).toEqual(Array(32).fill(256));
  expect(Math.max(...Object.keys(attributes).map(({ length }) => length))).toBe(256);
  for (const name of ['nan', 'nested', 'nothing', 'big']) expect(attributes).not.toHaveProperty(name);
});
