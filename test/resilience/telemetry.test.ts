import { context, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { defer, memoryDeferStore, type ResilienceOptions, resilience } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL, startHarness } from '../helpers/harness.ts';

const SONNET = 'claude-sonnet-5-5';
const FAST = { server_error: { delays: [1] }, overloaded: { delays: [] } } as const;

async function start(options: ResilienceOptions = {}, telemetry = {}, contextManager = true) {
  const harness = await startHarness({
    contextManager,
    telemetry,
    client: {
      maxRetries: 0,
      middleware: resilience({
        retry: { rules: FAST },
        circuitBreaker: { size: 3, minimum: 3, openMs: 60_000 },
        ...options,
      }),
    },
  });
  const decisions = async () => {
    const points = await harness.points('anthropic.resilience.decisions');
    return Object.fromEntries(
      points.map(({ attributes, value }) => [
        `${attributes['anthropic.resilience.decision']} ${attributes['gen_ai.request.model']}`,
        value,
      ]),
    );
  };
  return { ...harness, decisions };
}

describe('with telemetry, decisions', () => {
  test.each(['with', 'without'])(
    'become metrics, an attribute of the call span and log lines, %s a context manager',
    async (setUp) => {
      const fallback = { chain: [{ model: SONNET }] };
      const started = await start({ fallback }, {}, setUp === 'with');
      const { server, client, decisions, metric, callSpans, logs } = started;
      server.plan([respond.error(500), respond.error(500)]);
      // A request that has just failed in another test would be a loop around the client.
      await client.messages.create({ ...HELLO, messages: [{ role: 'user', content: setUp }] });
      expect(await decisions()).toEqual({
        [`retry ${MODEL}`]: 1,
        [`retries_exhausted ${MODEL}`]: 1,
        [`fallback ${MODEL}`]: 1,
        [`fallback_served ${MODEL}`]: 1,
      });
      expect(await metric('anthropic.client.attempts')).toBe(3);
      expect(await metric('anthropic.client.calls', { 'anthropic.served_by': 'fallback' })).toBe(1);
      expect(await metric('anthropic.client.fallbacks')).toBe(1);
      expect(callSpans()[0]?.attributes['anthropic.resilience.decisions']).toEqual([
        'retry',
        'retries_exhausted',
        'fallback',
        'fallback_served',
      ]);
      const lines = logs().filter(({ fields }) => fields['event'] === 'anthropic.resilience.decision');
      expect(lines.map(({ level, fields }) => [level, fields['decision'], fields['error_type']])).toEqual([
        ['warn', 'retries_exhausted', 'api_error'],
        ['warn', 'fallback', 'api_error'],
        ['warn', 'fallback_served', 'api_error'],
      ]);
      expect(lines[0]?.fields['trace_id']).toBe(callSpans()[0]?.spanContext().traceId);
    },
  );

  test('of policies state what they know as gauges', async () => {
    const { server, client, metric, points } = await start({
      retry: { rules: FAST, budget: { reserve: 5 }, maxCircuitWait: 0 },
    });
    server.faults({ rate: 1 });
    for (let call = 0; call < 5; call++) await client.messages.create(HELLO).catch(() => {});
    expect(await points('anthropic.resilience.circuit_open')).toMatchObject([
      { value: 1, attributes: { 'http.route': '/v1/messages', 'gen_ai.request.model': MODEL } },
    ]);
    expect(await metric('anthropic.resilience.retry_budget')).toBeGreaterThan(4);
    const recent = { 'anthropic.resilience.decision': 'circuit_rejected' };
    expect(await metric('anthropic.resilience.recent_decisions', recent)).toBe(2);
  });

  test('are recorded once where two sets of options observe the process', async () => {
    const first = await start();
    const second = await start();
    first.server.plan([respond.error(500)]);
    await first.client.messages.create(HELLO);
    expect(await first.decisions()).toEqual({ [`retry ${MODEL}`]: 1 });
    expect(await second.decisions()).toEqual({});
  });

  test('of a stream are recorded, and its tokens too', async () => {
    const { server, client, decisions, metric } = await start({ concurrency: { limit: 1 } });
    server.plan([respond.error(500)]);
    const message = await client.messages.stream(HELLO).finalMessage();
    expect(await decisions()).toEqual({ [`retry ${MODEL}`]: 1 });
    expect(await metric('gen_ai.client.inference.usage.output_tokens')).toBe(message.usage.output_tokens);
  });

  test('of a broken logger or meter fail no call', async () => {
    const logger = {
      info() {},
      error() {},
      warn: () => {
        throw new Error('no disk');
      },
    };
    const { server, client } = await start({}, { logger });
    server.plan([respond.error(500)]);
    expect((await client.messages.create(HELLO)).type).toBe('message');
  });
});

test('without the sub-path in use there is no series of it', async () => {
  const { client, allPoints } = await startHarness();
  await client.messages.create(HELLO);
  const names = [...(await allPoints()).entries()]
    .filter(([, points]) => points.length > 0)
    .map(([name]) => name);
  expect(names.filter((name) => name === 'anthropic.resilience.decisions')).toEqual([]);
});

describe('deferred requests', () => {
  const deferring = async (names = ['reports'], more = {}) => {
    const harness = await startHarness({ client: { maxRetries: 0 }, ...more });
    const { client } = harness;
    const queues = names.map((name) => {
      const store = memoryDeferStore();
      const queue = defer(store, { client, onResult: () => undefined, pollMs: 1, backoffMs: 1, name });
      return { store, ...queue };
    });
    return { ...harness, queues, queue: queues[0] as (typeof queues)[number] };
  };

  test('have their backlog, the age of the oldest and their dead letters as metrics', async () => {
    const { server, queue, metric, points } = await deferring();
    await queue.store.enqueue({
      customId: 'old',
      params: JSON.stringify(HELLO),
      enqueuedAt: Date.now() - 90_000,
    });
    await queue.enqueue('new', HELLO);
    const states = async () => [
      await metric('anthropic.resilience.deferred_backlog', { 'anthropic.resilience.queue': 'reports' }),
      await metric('anthropic.resilience.dead_letters', { 'anthropic.resilience.queue': 'reports' }),
    ];
    expect(await states()).toEqual([2, 0]);
    const reports = (await points('anthropic.resilience.deferred_age')).filter(
      ({ attributes }) => attributes['anthropic.resilience.queue'] === 'reports',
    );
    expect(reports[0]?.value).toBeGreaterThanOrEqual(90);
    server.plan([respond.error(400), respond.error(400)]);
    await queue.work({ stopWhenEmpty: true });
    expect(await states()).toEqual([0, 1]);
    expect(
      await metric('anthropic.resilience.deferred_age', { 'anthropic.resilience.queue': 'reports' }),
    ).toBe(0);
  });

  test('have every decision counted, in a line and in a span of the trace that deferred them', async () => {
    const { server, queue, points, logs, spans, tracerProvider } = await deferring(['mails']);
    server.plan([respond.error(529), respond.error(400)]);
    const parent = tracerProvider.getTracer('test').startSpan('POST /mails');
    await context.with(trace.setSpan(context.active(), parent), () => queue.enqueue('secret-id', HELLO));
    await queue.work({ stopWhenEmpty: true });
    const expected = ['deferred', 'defer_waiting', 'dead_lettered'];
    const counted = (await points('anthropic.resilience.decisions')).map(({ attributes, value }) => [
      attributes['anthropic.resilience.decision'],
      value,
    ]);
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(expected.map((name) => [name, 1])));
    const lines = logs().filter(({ fields }) => fields['event'] === 'anthropic.resilience.decision');
    expect(lines.map(({ level, fields }) => [level, fields['decision'], fields['queue']])).toEqual([
      ['info', 'deferred', 'mails'],
      ['warn', 'defer_waiting', 'mails'],
      ['error', 'dead_lettered', 'mails'],
    ]);
    const own = spans().filter(({ name }) => name === 'anthropic.resilience.decision');
    expect(own.map(({ attributes }) => attributes['anthropic.resilience.decision'])).toEqual(expected);
    expect(own[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(lines[0]?.fields['trace_id']).toBe(parent.spanContext().traceId);
    expect(JSON.stringify([counted, lines, own.map(({ attributes }) => attributes)])).not.toContain(
      'secret-id',
    );
  });

  test('of any number of queues have a bounded number of series', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `customer ${index} ${'x'.repeat(500)}`);
    const { queues, points } = await deferring(names);
    for (const queue of queues) await queue.enqueue('a', HELLO);
    const values = (await points('anthropic.resilience.deferred_backlog')).map(({ attributes }) =>
      String(attributes['anthropic.resilience.queue']),
    );
    expect(values.length).toBeLessThanOrEqual(101);
    expect(values).toContain('_OTHER');
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThanOrEqual(256);
  });
});
