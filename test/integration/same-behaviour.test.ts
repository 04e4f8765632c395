/** The application sees the same with telemetry as without it: results, errors, promises, bytes, cancellation. */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { type PlannedResponse, respond } from '../../src/testing/index.ts';
import { collect, type Harness, HELLO, rejection, startHarness } from '../helpers/harness.ts';

/** Runs `use` with a plain client and then with one that has telemetry, and compares what comes of it. */
async function expectSame(
  plan: readonly PlannedResponse[],
  use: (client: Anthropic) => Promise<unknown>,
  options: ClientOptions = {},
): Promise<unknown> {
  const harness = await startHarness({ client: options });
  const plain = new Anthropic({
    baseURL: harness.server.url,
    apiKey: 'test-key',
    logLevel: 'off',
    openTelemetry: false,
    ...options,
  });
  const expected = await run(harness, plan, () => use(plain));
  const observed = await run(harness, plan, () => use(harness.client));
  expect(observed).toEqual(expected);
  return observed.result;
}

async function run(
  { server }: Harness,
  plan: readonly PlannedResponse[],
  use: () => Promise<unknown>,
): Promise<Record<string, unknown>> {
  server.reset();
  server.plan(plan);
  const result = await use().catch((error: Error & Record<string, unknown>) => ({
    name: error.constructor.name,
    message: withoutIds(error.message),
    status: error['status'],
    type: error['type'],
    cause: error.cause instanceof Error ? error.cause.message : undefined,
  }));
  await server.idle();
  return {
    result: JSON.parse(withoutIds(JSON.stringify(result ?? null))),
    requests: server.requests.map((request) => ({
      method: request.method,
      path: request.path,
      body: request.body,
      headers: Object.keys(request.headers).sort(),
      retryCount: request.retryCount,
      bytesSent: request.bytesSent,
      completed: request.completed,
      closedByClient: request.closedByClient,
    })),
  };
}

function withoutIds(text: string): string {
  return text.replace(/(msg|req|toolu)_01\w+/g, '$1');
}

describe('with telemetry as without', () => {
  test.each<[string, readonly PlannedResponse[]]>([
    ['a good response', []],
    ['a response after retries', [respond.error(529), respond.error(500)]],
    ['exhausted retries', [respond.error(500), respond.error(500), respond.error(500)]],
    ['an error of the API', [respond.error(400, { message: 'messages: bad', code: 'bad' })]],
    ['a missing key', [respond.error(401)]],
    ['a page of a gateway', [respond.error(502), respond.error(502), respond.error(502)]],
    ['a long error body', [respond.error(400, { body: `{"error":{"message":"${'x'.repeat(200_000)}"}}` })]],
    ['malformed JSON', [respond.malformedJson()]],
    ['another content type', [respond.wrongContentType()]],
    ['malformed headers', [respond.malformedHeaders(), respond.malformedHeaders(400)]],
    ['a body that is cut', [respond.cutStream()]],
  ])('messages.create meets %s', async (_title, plan) => {
    await expectSame(plan, (client) => client.messages.create(HELLO));
  });

  test.each<[string, readonly PlannedResponse[]]>([
    ['a good stream', []],
    ['a retry before it', [respond.error(529)]],
    ['an error event', [respond.sseError()]],
    ['a stream that is cut', [respond.cutStream()]],
    ['a stream that is reset', [respond.resetStream()]],
    ['an event that is no JSON', [respond.malformedJson()]],
  ])('a stream meets %s', async (_title, plan) => {
    await expectSame(plan, async (client) => {
      const events: unknown[] = [];
      const stream = await client.messages.create({ ...HELLO, stream: true });
      for await (const event of stream) events.push(event);
      return events;
    });
    await expectSame(plan, (client) => client.messages.stream(HELLO).finalMessage());
  });

  test('a break after the first event', async () => {
    await expectSame([respond.hangBody(3)], async (client) => {
      for await (const event of await client.messages.create({ ...HELLO, stream: true })) return event;
      return undefined;
    });
  });

  test('a refused connection keeps its cause', async () => {
    const result = await expectSame([], (client) => client.messages.create(HELLO), {
      baseURL: 'http://127.0.0.1:9',
      maxRetries: 0,
    });
    expect(result).toMatchObject({ name: 'APIConnectionError', cause: 'fetch failed' });
  });

  test('a timeout is the same error', async () => {
    await expectSame([respond.hang()], (client) => client.messages.create(HELLO), {
      timeout: 60,
      maxRetries: 0,
    });
  });

  test('a list with pages', async () => {
    await expectSame([], (client) => collect(client.models.list({ limit: 7 })));
  });

  test('the body of an error stays readable for a middleware of the application', async () => {
    await expectSame([respond.error(400, { message: 'bad' })], (client) => client.messages.create(HELLO), {
      middleware: [
        async (request, next) => {
          const response = await next(request);
          const { error } = (await response.clone().json()) as { error: { message: string } };
          expect(error.message).toBe('bad');
          return response;
        },
      ],
    });
  });

  test('an error body that never ends delays the client no longer than its own reading would', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    harness.server.plan([respond.error(400, { message: 'x'.repeat(100_000) })]);
    const error = await rejection(harness.client.messages.create(HELLO));
    expect(error.message).toContain('x'.repeat(100_000));
    expect(harness.logs()[0]?.fields['error_type']).toBe('invalid_request_error');
  });
});
