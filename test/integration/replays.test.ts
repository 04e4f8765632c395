import type { Middleware } from '@anthropic-ai/sdk';
import { trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { HELLO, startHarness } from '../helpers/harness.ts';

const SERVER_ERROR = {
  status: 500,
  disposition: 'retried',
  retryAfter: 0.001,
  errorType: 'api_error',
  fault: 'anthropic',
} as const;

/** Sends a request that failed once more. */
const replay: Middleware = async (request, next) => {
  const response = await next(request);
  return response.ok ? response : next(request);
};

describe.each([
  ["Node's own fetch", {}],
  ['a fetch that is given', { fetch: (...args: Parameters<typeof fetch>) => fetch(...args) }],
])('per-request middleware over %s', (_, client) => {
  test('that sends a request twice makes two attempts, each with its status', async () => {
    const harness = await startHarness({ client });
    harness.server.plan([respond.error(500)]);
    await harness.client.messages.create(HELLO, { middleware: [replay] });
    await expectCall(harness, { ...OK_CALL, attempts: [SERVER_ERROR, OK_ATTEMPT] });
  });

  test('inside client middleware that replays too makes an attempt of each request', async () => {
    const harness = await startHarness({ client: { ...client, middleware: [replay], maxRetries: 0 } });
    harness.server.plan([respond.error(500), respond.error(500), respond.error(500)]);
    await harness.client.messages.create(HELLO, { middleware: [replay] });
    await expectCall(harness, {
      ...OK_CALL,
      attempts: [SERVER_ERROR, SERVER_ERROR, SERVER_ERROR, OK_ATTEMPT],
    });
  });

  test('that asks something else of the network, or makes a call of its own, adds no attempt to this one', async () => {
    const harness = await startHarness({ client });
    const busy: Middleware = async (request, next) => {
      await fetch(`${harness.server.url}/v1/models`);
      await harness.client.messages.create(HELLO);
      return next(request);
    };
    await harness.client.messages.create(HELLO, { middleware: [busy] });
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(2);
    for (const span of harness.callSpans()) expect(span.attributes['anthropic.attempt.count']).toBe(1);
  });

  test('that passes requests on, and keeps its own spans', async () => {
    const harness = await startHarness({ client });
    const tracer = harness.tracerProvider.getTracer('application');
    const traced: Middleware = (request, next) =>
      tracer.startActiveSpan('application', async (span) => {
        try {
          return await next(request);
        } finally {
          span.end();
        }
      });
    await harness.client.messages.create(HELLO, { middleware: [traced] });
    const own = harness.spans().find(({ name }) => name === 'application');
    const [attempt] = harness.attemptSpans();
    expect(own?.parentSpanContext?.spanId).toBe(attempt?.spanContext().spanId);
  });
});

test('spans of a fetch of the application are kept, below the attempt', async () => {
  const harness = await startHarness();
  const client = harness.newClient({
    fetch: async (...args) => {
      const span = harness.tracerProvider.getTracer('application').startSpan('application');
      span.end();
      return fetch(...args);
    },
  });
  await client.messages.create(HELLO);
  const own = harness.spans().find(({ name }) => name === 'application');
  expect(own?.parentSpanContext?.spanId).toBe(harness.attemptSpans()[0]?.spanContext().spanId);
  expect(trace.getActiveSpan()).toBeUndefined();
});

test('client middleware that sends two requests at the same time makes two attempts, each with its own result', async () => {
  const hedge: Middleware = async (request, next) => {
    const both = await Promise.all([next(request), next(request)]);
    await both[1].body?.cancel();
    return both[0];
  };
  const harness = await startHarness({ client: { middleware: [hedge] } });
  await harness.client.messages.create(HELLO);
  expect(await harness.metric('anthropic.client.attempts', { 'http.response.status_code': 200 })).toBe(2);
  expect(await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'ok' })).toBe(
    2,
  );
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
});
