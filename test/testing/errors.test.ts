import { APIError } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection, serve } from './serve.ts';

describe('the error table', () => {
  test.each([
    [400, 'invalid_request_error', 1],
    [401, 'authentication_error', 1],
    [402, 'billing_error', 1],
    [403, 'permission_error', 1],
    [404, 'not_found_error', 1],
    [408, 'timeout_error', 3],
    [409, 'conflict_error', 3],
    [413, 'request_too_large', 1],
    [422, 'invalid_request_error', 1],
    [429, 'rate_limit_error', 3],
    [499, 'api_error', 1],
    [500, 'api_error', 3],
    [504, 'timeout_error', 3],
    [529, 'overloaded_error', 3],
  ])('%i is %s, and the SDK makes %i attempts', async (status, type, attempts) => {
    const { server, client } = await serve();
    server.plan(Array(attempts).fill(respond.error(status)));
    const error = await rejection(client.messages.create(HELLO));
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, type, requestID: server.requests.at(-1)?.requestId });
    expect(server.requests.map(({ retryCount }) => retryCount)).toEqual([0, 1, 2].slice(0, attempts));
    expect(server.pending).toBe(0);
  });

  test.each([502, 503])('%i is the page of a gateway, without the headers of the API', async (status) => {
    const { server, client } = await serve();
    server.plan([respond.error(status)]);
    const error = await rejection(client.messages.create(HELLO, { maxRetries: 0 }));
    expect(error).toMatchObject({ status, type: null, requestID: null });
    const headers = error.headers as unknown as Headers;
    expect(headers.get('content-type')).toBe('text/html');
    expect([...headers.keys()].filter((name) => name.startsWith('anthropic'))).toEqual([]);
    expect(server.requests[0]).toMatchObject({ status, errorType: null });
  });

  test('an envelope carries type, message, code and request id', async () => {
    const { server } = await serve();
    const code = 'enforced_spend_limit_reached';
    server.plan([respond.error(400, { message: 'Spend limit', code })]);
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(HELLO),
    });
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Spend limit', details: { error_code: code } },
      request_id: response.headers.get('request-id'),
    });
  });

  test('a 429 names seconds and milliseconds to wait, or neither when it has no retry-after', async () => {
    const { server, client } = await serve({ retryAfterMs: 7 });
    server.plan([respond.error(429, { retryAfter: 30 }), respond.error(429, { retryAfter: null })]);
    const waits: unknown[] = [];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await rejection(client.messages.create(HELLO, { maxRetries: 0 }));
      const headers = error.headers as unknown as Headers;
      waits.push([headers.get('retry-after'), headers.get('retry-after-ms')]);
    }
    expect(waits).toEqual([
      ['30', '7'],
      [null, null],
    ]);
  });

  test('headers and body can be anything', async () => {
    const { server } = await serve();
    server.plan([respond.error(418, { body: 'teapot', headers: { 'x-pot': 'tea', 'request-id': null } })]);
    const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([418, 'teapot']);
    expect(response.headers.get('x-pot')).toBe('tea');
    expect(response.headers.get('request-id')).toBeNull();
  });
});

describe('a request that the API would reject', () => {
  const post = async (url: string, body: unknown): Promise<[number, unknown]> => {
    const response = await fetch(`${url}/v1/messages`, { method: 'POST', body: JSON.stringify(body) });
    const envelope = (await response.json()) as { error?: { message?: string } };
    return [response.status, envelope.error?.message];
  };

  test.each([
    [{ max_tokens: undefined }, 'max_tokens: Field required'],
    [{ max_tokens: 'many' }, 'max_tokens: Input should be a valid integer'],
    [{ messages: undefined }, 'messages: Field required'],
    [{ messages: [] }, 'messages: at least one message is required'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
    [
      { messages: [{ role: 'robot', content: 'x' }] },
      "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages: first message must use the "user" role'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages.0.content.0.text.text: Field required',
    ],
    [{ tools: [{ input_schema: {} }] }, 'tools.0.name: Field required'],
    [
      { temperature: 2 },
      'temperature: Input should be greater than or equal to 0 and less than or equal to 1',
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 5 } },
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      'max_tokens: must be greater than `thinking.budget_tokens`',
    ],
    [{ model: undefined }, 'model: Field required'],
  ])('gets 400 with the path of the field: %j', async (change, message) => {
    const { server } = await serve();
    expect(await post(server.url, { ...HELLO, ...change })).toEqual([400, message]);
  });

  test('gets 404 for an unknown model, an unknown path and a wrong method', async () => {
    const { server, client } = await serve();
    expect(await post(server.url, { ...HELLO, model: 'claude-9' })).toEqual([404, 'model: claude-9']);
    for (const [method, path] of [
      ['POST', '/v2/messages'],
      ['GET', '/v1/messages'],
      ['GET', '/'],
    ] as const) {
      const response = await fetch(server.url + path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
    }
    expect(await rejection(client.models.retrieve('claude-9'))).toMatchObject({ status: 404 });
  });

  test('gets 404 once its model is withdrawn', async () => {
    const { server, client } = await serve();
    await client.messages.create(HELLO);
    server.models = ['claude-sonnet-5-5'];
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ status: 404 });
  });

  test('gets 413 when its body is too large', async () => {
    const { client } = await serve({ maxBodyBytes: 1000 });
    const messages = [{ role: 'user' as const, content: 'x'.repeat(100_000) }];
    const error = await rejection(client.messages.create({ ...HELLO, messages }));
    expect(error).toMatchObject({ status: 413, type: 'request_too_large' });
  });

  test('gets 400 when its body is no JSON', async () => {
    const { server } = await serve();
    const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{"model":' });
    expect(response.status).toBe(400);
    expect(server.requests[0]).toMatchObject({ body: '{"model":', model: null });
  });
});

describe('keys', () => {
  test('of any value are accepted until some are named', async () => {
    const { client } = await serve();
    expect(await client.messages.create(HELLO)).toMatchObject({ type: 'message' });
  });

  test('can be rotated while the server runs', async () => {
    const { server, client } = await serve({ apiKeys: ['test-key'] });
    await client.messages.create(HELLO);
    server.apiKeys = ['next-key'];
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({
      status: 401,
      type: 'authentication_error',
    });
    await client.withOptions({ apiKey: 'next-key' }).messages.create(HELLO);
    expect(server.sent).toMatchObject({ statuses: { 200: 2, 401: 1 }, errors: { authentication_error: 1 } });
  });

  test.each([
    [{ 'x-api-key': 'good' }, 200],
    [{ authorization: 'Bearer good' }, 200],
    [{ 'x-api-key': 'bad' }, 401],
    [{ authorization: 'Bearer bad' }, 401],
    [{}, 401],
  ])('are read from either header: %j gives %i', async (headers, status) => {
    const { server } = await serve({ apiKeys: ['good'] });
    const response = await fetch(`${server.url}/v1/models`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
  });

  test('leave the plan untouched when they are rejected', async () => {
    const { server, client } = await serve({ apiKeys: ['other'] });
    server.plan([respond.error(529)]);
    await rejection(client.messages.create(HELLO));
    expect(server.pending).toBe(1);
  });
});

test('an SSE error reaches the client after HTTP 200, and a whole response as its status', async () => {
  const { server, client } = await serve();
  server.plan([respond.sseError('overloaded_error', 4, { message: 'Too busy', code: 'busy' })]);
  const seen: string[] = [];
  const error = await rejection(
    (async () => {
      for await (const event of await client.messages.create({ ...HELLO, stream: true }))
        seen.push(event.type);
    })(),
  );
  expect(seen).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
  expect(error).toMatchObject({ status: undefined, type: 'overloaded_error', errorCode: 'busy' });
  expect(server.requests[0]).toMatchObject({ status: 200, errorType: 'overloaded_error', usageFinal: false });
  expect(server.sent).toMatchObject({
    tokens: { input: 0, output: 0 },
    unfinishedTokens: { input: 5, output: 1 },
  });
  server.plan([respond.sseError('overloaded_error')]);
  expect(await rejection(client.messages.create(HELLO, { maxRetries: 0 }))).toMatchObject({ status: 529 });
});
